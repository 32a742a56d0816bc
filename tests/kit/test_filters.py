"""How conditions combine, and what is refused, where and how."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from crm_api.kit.filters import DEPTH, LEAVES
from crm_api.kit.listing import CONTROLS
from crm_api.kit.registries import RESOURCES
from tests.factories.companies import Company, Served, found_company


@pytest.fixture(scope="module")
async def shared(served: Served) -> AsyncIterator[Company]:
    """One company for requests that leave no trace."""
    company = await found_company(served)
    yield company
    await company.close()


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
        ("name[in]=" + ",".join("x" * 201), {"parameter": "name[in]", "code": "too_many"}),
        ("name[has_any]=x", {"parameter": "name[has_any]", "code": "unknown_operator"}),
        ("phones[has_any]=x", {"parameter": "phones[has_any]", "code": "invalid_value"}),
        ("phones=+8613800138000", {"parameter": "phones", "code": "unknown_operator"}),
        ("level[within_last]=7d", {"parameter": "level[within_last]", "code": "unknown_operator"}),
        ("created_at[within_last]=today", {"parameter": "created_at[within_last]", "code": "invalid_value"}),
        ("created_at[within_last]=-7d", {"parameter": "created_at[within_last]", "code": "invalid_value"}),
        ("created_at[within_last]=0d", {"parameter": "created_at[within_last]", "code": "invalid_value"}),
        ("created_at[within_last]=10000d", {"parameter": "created_at[within_last]", "code": "invalid_value"}),
        ("created_at[within_last]=1000y", {"parameter": "created_at[within_last]", "code": "invalid_value"}),
        ("created_at[in]=today", {"parameter": "created_at[in]", "code": "invalid_value"}),
        ("created_at[gte]=this_decade", {"parameter": "created_at[gte]", "code": "invalid_value"}),
        ("created_at[gte]=today-7", {"parameter": "created_at[gte]", "code": "invalid_value"}),
        ("created_at[gte]=-７d", {"parameter": "created_at[gte]", "code": "invalid_value"}),
        ("created_at[between]=-7d,now,now", {"parameter": "created_at[between]", "code": "invalid_value"}),
        ("tz=Mars/Olympus", {"parameter": "tz", "code": "invalid_value"}),
        ("tz=../../etc/passwd", {"parameter": "tz", "code": "invalid_value"}),
        ("tz=", {"parameter": "tz", "code": "invalid_value"}),
        ("tz=UTC&tz=UTC", {"parameter": "tz", "code": "repeated_parameter"}),
        (
            "parent.nam=x",
            {"parameter": "parent.nam", "code": "unknown_parameter", "params": {"hint": " → parent.name"}},
        ),
        ("parent.name[gte]=x", {"parameter": "parent.name[gte]", "code": "unknown_operator"}),
        ("parent.parent.name=x", {"parameter": "parent.parent.name", "code": "unknown_parameter"}),
        ("parent.=x", {"parameter": "parent.", "code": "unknown_parameter"}),
        ("parents.name=x", {"parameter": "parents.name", "code": "unknown_parameter"}),
        ("created_by.name=x", {"parameter": "created_by.name", "code": "unknown_parameter"}),
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
        ({"field": "name", "op": "in", "value": ["x"] * 201}, "/filter/value", "too_many"),
        ({"field": "created_at", "op": "within_last", "value": 7}, "/filter/value", "invalid_value"),
        ({"field": "created_at", "op": "between", "value": ["now"]}, "/filter/value", "invalid_value"),
        ({"field": "parent.nam", "op": "eq", "value": "x"}, "/filter/field", "unknown_field"),
        ({"field": "phones", "op": "has_all", "value": "x"}, "/filter/value", "invalid_value"),
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
        ({"tz": "Mars"}, "/tz", "invalid_value"),
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


def test_no_field_is_called_like_a_control() -> None:
    names = {name for resource in RESOURCES.values() for name in resource.filters}

    assert names.isdisjoint(CONTROLS)
