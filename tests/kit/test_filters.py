"""Every operator of every field of every resource, against a model in plain Python."""

from collections.abc import AsyncIterator, Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from crm_api.kit.filters import DEPTH, LEAVES
from crm_api.kit.ids import new_id
from crm_api.kit.kinds import (
    Choice,
    CurrencyKind,
    Day,
    ExternalIds,
    Flag,
    Identifier,
    Instant,
    Kind,
    MoneyKind,
    Quantity,
    Whole,
)
from crm_api.kit.registries import RESOURCES
from tests.factories.companies import Company, Served, found_company
from tests.factories.records import fill

FILLED = ["customers", "contacts", "products"]
Row = dict[str, Any]
Holds = Callable[[Any, Any], bool]

ABSENT: dict[type[Kind], list[str]] = {
    Identifier: [new_id()],
    Day: ["1900-01-01"],
    Instant: ["2001-01-01T00:00:00Z", "2026-01-31T17:30:00+08:00"],
    Whole: ["77", "-1"],
    Quantity: ["13.50", "7"],
    MoneyKind: ["-1", "100.000", "50"],
    CurrencyKind: ["EUR"],
    ExternalIds: ["erp:none", "erp:1"],
    Choice: [],
    Flag: [],
}

MODEL: dict[str, Holds] = {
    "eq": lambda value, given: value == given,
    "ne": lambda value, given: value != given,
    "in": lambda value, given: value in given,
    "nin": lambda value, given: value not in given,
    "lt": lambda value, given: value is not None and value < given,
    "lte": lambda value, given: value is not None and value <= given,
    "gt": lambda value, given: value is not None and value > given,
    "gte": lambda value, given: value is not None and value >= given,
    "between": lambda value, given: value is not None and given[0] <= value <= given[1],
    "contains": lambda value, given: value is not None and given.lower() in value.lower(),
    "starts_with": lambda value, given: value is not None and value.lower().startswith(given.lower()),
    "is_null": lambda value, given: (value is None) == given,
}


def stored(row: Row, name: str, kind: Kind) -> Any:
    """What a filter compares, from the row as the database holds it."""
    if isinstance(kind, ExternalIds):
        return {f"{item['source']}:{item['key']}" for item in row["external_ids"]}
    value = row[name.replace(".", "_")]
    return str(value) if isinstance(kind, Identifier) and value is not None else value


def written(value: Any) -> str:
    """A value as a client writes it in a query."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def samples(rows: Iterable[Row], name: str, kind: Kind) -> list[str]:
    """Values that rows hold, and some that none does."""
    values = [stored(row, name, kind) for row in rows]
    if isinstance(kind, ExternalIds):
        found = sorted(pair for pairs in values for pair in pairs)
    else:
        found = sorted({written(value) for value in values if value is not None})
    if isinstance(kind, Choice):
        found += list(kind.choices)
    if isinstance(kind, Flag):
        found += ["true", "false"]
    extra = next((given for cls, given in ABSENT.items() if isinstance(kind, cls)), ["zzz", "%"])
    return [*found[:: max(1, len(found) // 2)][:3], *extra[-2:]]


def read(kind: Kind, text: str) -> Any:
    return Decimal(text) if isinstance(kind, MoneyKind) else kind.read(text)


def as_json(kind: Kind, text: str) -> Any:
    if isinstance(kind, Flag):
        return text == "true"
    return int(text) if isinstance(kind, Whole) else text


def cases(kind: Kind, operator: str, values: list[str]) -> list[list[str]]:
    """The texts an operator is tried with: one each, or several."""
    if operator == "is_null":
        return [["true"], ["false"]]
    if operator in ("in", "nin"):
        return [values[:1], values[:3], values]
    if operator == "between":
        ordered = sorted(values, key=lambda text: read(kind, text))
        return [[ordered[0], ordered[-1]], [ordered[len(ordered) // 2]] * 2, [ordered[-1], ordered[0]]]
    if operator in ("contains", "starts_with"):
        return [*([text[:2]] for text in values), ["智达"], ["LTD"]]
    return [[text] for text in values]


def expected(rows: list[Row], name: str, kind: Kind, operator: str, texts: list[str]) -> set[str]:
    if operator == "is_null":
        given: Any = texts[0] == "true"
    elif operator in ("in", "nin", "between"):
        given = [read(kind, text) for text in texts]
    else:
        given = read(kind, texts[0])
    if isinstance(kind, ExternalIds):
        asked = set(given) if operator == "in" else {given}
        return {str(row["id"]) for row in rows if asked & stored(row, name, kind)}
    holds = MODEL[operator]
    return {str(row["id"]) for row in rows if holds(stored(row, name, kind), given)}


def operators(resource: str, name: str) -> list[str]:
    column, kind = RESOURCES[resource].filters[name]
    shown = RESOURCES[resource].columns.get(name)
    nullable = (
        name != "external_id"
        and (shown if shown is not None else RESOURCES[resource].columns[column]).nullable
    )
    return [*kind.operators, *(["is_null"] if nullable else [])]


@pytest.fixture(scope="module", params=FILLED)
async def filled(request: pytest.FixtureRequest, served: Served) -> AsyncIterator[tuple[Company, str]]:
    company = await found_company(served)
    await fill(company, request.param, 32)
    yield company, request.param
    await company.close()


@pytest.fixture(scope="module")
async def shared(served: Served) -> AsyncIterator[Company]:
    """One company for requests that leave no trace."""
    company = await found_company(served)
    yield company
    await company.close()


async def ids(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.text
    listed = [record["id"] for record in answer.json()["data"]]
    assert len(set(listed)) == len(listed)
    return set(listed)


async def test_every_operator_of_every_field_finds_what_a_plain_model_finds(
    filled: tuple[Company, str],
) -> None:
    company, resource = filled
    http = company.owner.http
    rows = [row for row in await company.rows(resource) if row["deleted_at"] is None]
    tried = found = 0
    for name, (_, kind) in RESOURCES[resource].filters.items():
        values = samples(rows, name, kind)
        for operator in operators(resource, name):
            first, *rest = cases(kind, operator, values)
            for texts in (first, *rest):
                should = expected(rows, name, kind, operator, texts)
                shown = name if operator == "eq" else f"{name}[{operator}]"
                parameters = (
                    [(shown, text) for text in texts]
                    if operator in ("in", "nin") and len(texts) > 1
                    else [(shown, ",".join(texts))]
                )
                many = operator in ("in", "nin", "between")
                value = [as_json(kind, text) for text in texts] if many else as_json(kind, texts[0])
                value = texts[0] == "true" if operator == "is_null" else value
                condition = {"field": name, "op": operator, "value": value}

                assert (
                    await ids(await http.get(f"/{resource}", params=[*parameters, ("limit", "200")]))
                    == should
                ), parameters
                others = {str(row["id"]) for row in rows} - should
                trees = [(condition, should)] if texts is first else [({"not": condition}, others)]
                for tree, found_by_tree in trees:
                    body = {"filter": tree, "limit": 200}
                    assert await ids(await http.post(f"/{resource}/query", json=body)) == found_by_tree, tree
                tried, found = tried + 1, found + bool(should and others)
    assert found > tried / 4 > 50, "the samples must tell rows apart"


async def test_conditions_combine(company: Company) -> None:
    for name, level in [("a", "A"), ("b", "A"), ("c", None), ("d", "B")]:
        await company.owner.create("/customers", name=name, level=level)

    async def names(tree: dict[str, Any]) -> str:
        answer = await company.owner.http.post("/customers/query", json={"filter": tree, "sort": ["name"]})
        assert answer.status_code == 200, answer.text
        return "".join(record["name"] for record in answer.json()["data"])

    is_a = {"field": "level", "op": "eq", "value": "A"}
    first = {"field": "name", "op": "in", "value": ["a", "c"]}
    assert await names({"and": [is_a, first]}) == "a"
    assert await names({"or": [is_a, first]}) == "abc"
    assert await names({"not": {"or": [is_a, first]}}) == "d"
    assert await names({"not": {"and": [is_a, first]}}) == "bcd"
    assert await names({"and": [first, {"not": is_a}]}) == "c"


async def test_parameters_combine_and_commas_inside_values_are_kept_when_repeated(company: Company) -> None:
    for name in ("a,b", "a", "b", "c"):
        await company.owner.create("/customers", name=name)

    async def names(*parameters: tuple[str, str]) -> list[str]:
        answer = await company.owner.http.get("/customers", params=[*parameters, ("sort", "name")])
        return [record["name"] for record in answer.json()["data"]]

    assert await names(("name[in]", "a,b")) == ["a", "b"]
    assert await names(("name[in]", "a,b"), ("name[in]", "c")) == ["a,b", "c"]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("nam=x", {"parameter": "nam", "code": "unknown_parameter", "params": {"hint": " → name"}}),
        ("name_sort=x", {"parameter": "name_sort", "code": "unknown_parameter"}),
        ("tenant_id=x", {"parameter": "tenant_id", "code": "unknown_parameter"}),
        ("name[gte]=x", {"parameter": "name[gte]", "code": "unknown_operator"}),
        ("name[is_null]=true", {"parameter": "name[is_null]", "code": "unknown_operator"}),
        ("name[=x", {"parameter": "name[", "code": "unknown_parameter"}),
        ("name=a&name=b", {"parameter": "name", "code": "repeated_parameter"}),
        ("created_at[gte]=2026-01-01", {"parameter": "created_at[gte]", "code": "invalid_value"}),
        ("created_at[gte]=2026-02-30T00:00:00Z", {"parameter": "created_at[gte]", "code": "invalid_value"}),
        (
            "created_at[between]=2026-01-01T00:00:00Z",
            {"parameter": "created_at[between]", "code": "invalid_value"},
        ),
        ("owner_id=x", {"parameter": "owner_id", "code": "invalid_value"}),
        ("version=1.5", {"parameter": "version", "code": "invalid_value"}),
        ("version=９", {"parameter": "version", "code": "invalid_value"}),
        ("version=99999999999999999999", {"parameter": "version", "code": "invalid_value"}),
        ("lifecycle=dead", {"parameter": "lifecycle", "code": "invalid_value"}),
        ("external_id=maven", {"parameter": "external_id", "code": "invalid_value"}),
        ("parent_id[is_null]=yes", {"parameter": "parent_id[is_null]", "code": "invalid_value"}),
        ("limit=0", {"parameter": "limit", "code": "out_of_range"}),
        ("limit=201", {"parameter": "limit", "code": "out_of_range"}),
        ("limit=ten", {"parameter": "limit", "code": "out_of_range"}),
        ("sort=level", {"parameter": "sort", "code": "not_sortable"}),
        ("sort=name,-name", {"parameter": "sort", "code": "not_sortable"}),
        ("sort=", {"parameter": "sort", "code": "not_sortable"}),
        ("deleted=yes", {"parameter": "deleted", "code": "invalid_value"}),
        ("include_total=1", {"parameter": "include_total", "code": "invalid_value"}),
        ("q=" + "x" * 201, {"parameter": "q", "code": "too_long"}),
        ("name=%00", {"parameter": "name", "code": "invalid_character"}),
        ("cursor=abc", {"parameter": "cursor", "code": "invalid_cursor"}),
        ("name[in]=" + ",".join("x" * 201), {"parameter": "name[in]", "code": "invalid_value"}),
    ],
)
async def test_a_wrong_parameter_is_named(shared: Company, query: str, fault: dict[str, Any]) -> None:
    answer = await shared.owner.http.get(f"/customers?{query}")

    assert answer.status_code == 400, answer.text
    assert fault.items() <= answer.json()["errors"][0].items()


@pytest.mark.parametrize("amount", ["1e999", "NaN", "Infinity", "1" * 13, "0.0000001", "-", ""])
async def test_an_amount_that_no_column_can_hold_is_a_wrong_parameter(shared: Company, amount: str) -> None:
    answer = await shared.owner.http.get("/products", params={"list_price[lt]": amount})

    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["parameter"] == "list_price[lt]"


LEAF = {"field": "name", "op": "eq", "value": "x"}


def nested(depth: int) -> dict[str, Any]:
    return LEAF if depth == 1 else {"not": nested(depth - 1)}


@pytest.mark.parametrize(
    ("tree", "pointer", "code"),
    [
        ({"field": "nam", "op": "eq", "value": "x"}, "/filter/field", "unknown_field"),
        ({"field": ["name"], "op": "eq", "value": "x"}, "/filter/field", "unknown_field"),
        ({"field": "name", "op": "gte", "value": "x"}, "/filter/op", "unknown_operator"),
        ({"field": "name", "op": ["eq"], "value": "x"}, "/filter/op", "unknown_operator"),
        ({"field": "name", "op": "eq"}, "/filter/value", "required"),
        ({"field": "name", "op": "eq", "value": 1}, "/filter/value", "invalid_value"),
        ({"field": "name", "op": "eq", "value": None}, "/filter/value", "invalid_value"),
        ({"field": "name", "op": "in", "value": "x"}, "/filter/value", "invalid_value"),
        ({"field": "name", "op": "in", "value": []}, "/filter/value", "invalid_value"),
        ({"field": "version", "op": "eq", "value": "1"}, "/filter/value", "invalid_value"),
        ({"field": "version", "op": "eq", "value": True}, "/filter/value", "invalid_value"),
        ({"field": "version", "op": "eq", "value": 10**30}, "/filter/value", "invalid_value"),
        ({"field": "name", "op": "eq", "value": "x", "more": 1}, "/filter/more", "unknown_field"),
        ({"and": []}, "/filter/and", "wrong_type"),
        ({"and": LEAF}, "/filter/and", "wrong_type"),
        ({"and": [LEAF, 1]}, "/filter/and/1", "wrong_type"),
        ({"and": [LEAF], "or": [LEAF]}, "/filter/and", "unknown_field"),
        ({}, "/filter/field", "required"),
        (nested(DEPTH + 1), "/filter" + "/not" * DEPTH, "too_deep"),
        (nested(400), "/filter" + "/not" * DEPTH, "too_deep"),
        ({"or": [LEAF] * (LEAVES + 1)}, f"/filter/or/{LEAVES}", "too_many"),
    ],
)
async def test_a_wrong_tree_is_refused_where_it_is_wrong(
    shared: Company, tree: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await shared.owner.http.post("/customers/query", json={"filter": tree})

    assert answer.status_code == 422, answer.text
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"limit": 0}, "/limit", "out_of_range"),
        ({"limit": "5"}, "/limit", "wrong_type"),
        ({"sort": ["level"]}, "/sort", "not_sortable"),
        ({"sort": "name"}, "/sort", "wrong_type"),
        ({"cursor": "abc"}, "/cursor", "invalid_cursor"),
        ({"deleted": "yes"}, "/deleted", "invalid_value"),
        ({"q": "x" * 201}, "/q", "too_long"),
        ({"include_total": "true"}, "/include_total", "wrong_type"),
        ({"filter": []}, "/filter", "wrong_type"),
        ({"filters": {}}, "/filters", "unknown_field"),
    ],
)
async def test_a_wrong_query_body_is_refused_as_a_body(
    shared: Company, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await shared.owner.http.post("/customers/query", json=body)

    assert answer.status_code == 422, answer.text
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]


async def test_the_widest_tree_and_the_deepest_are_accepted(shared: Company) -> None:
    for tree in (nested(DEPTH), {"or": [LEAF] * LEAVES}):
        answer = await shared.owner.http.post("/customers/query", json={"filter": tree})
        assert answer.status_code == 200, answer.text
