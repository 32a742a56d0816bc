"""Lists filtered by custom fields: every type and operator against a plain model, through HTTP and the JSON tree."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from crm_api.kit.statements import STATEMENTS
from tests.factories.companies import Actor, Company, Served, found_company
from tests.factories.fields import TYPES, define
from tests.setup.custom_fields.test_access import planted
from tests.setup.custom_fields.test_api import faults

assert planted
VALUES: dict[str, list[Any]] = {
    "text": ["Gold", "gold", "100%", "上海", "a,b"],
    "number": ["5", "-0.5", "10", "10.000001", "0"],
    "money": [
        {"amount": a, "currency": c}
        for a, c in (("5.00", "CNY"), ("5", "JPY"), ("-1.50", "CNY"), ("900.00", "USD"))
    ],
    "date": ["2026-01-31", "2026-02-01", "1999-12-31"],
    "datetime": ["2026-01-31T01:30:00Z", "2026-01-31T01:30:00.000001Z", "2027-01-01T00:00:00Z"],
    "boolean": [True, False],
    "select": ["gold", "silver"],
    "multi_select": [["a"], ["a", "b"], ["c", "b"]],
}


@pytest.fixture(scope="module")
async def filled(served: Served) -> AsyncIterator[tuple[Company, dict[str, dict[str, Any]]]]:
    """A company whose customers have every value of every type once, and one that has none; records by id."""
    company = await found_company(served)
    for type_ in TYPES:
        await define(company, type_)
    product = await company.owner.create("/products", code="P", name="P")
    records = {}
    for number in range(6):
        values = {t: v[number] for t, v in VALUES.items() if number < len(v)}
        if number == 0:
            values["reference"] = product["id"]
        made = await company.owner.create("/customers", name=f"C{number}", custom_fields=values)
        records[made["id"]] = values
    yield company, records
    await company.close()


def key_of(type_: str, value: Any) -> Any:
    """What a value is compared by."""
    match type_:
        case "number":
            return Decimal(value)
        case "money":
            return Decimal(value["amount"] if isinstance(value, dict) else value)
        case "datetime":
            return datetime.fromisoformat(value).astimezone(UTC)
        case _:
            return value


PLAIN: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda held, asked: held is not None and held == asked,
    "ne": lambda held, asked: held is None or held != asked,
    "lt": lambda held, asked: held is not None and held < asked,
    "lte": lambda held, asked: held is not None and held <= asked,
    "gt": lambda held, asked: held is not None and held > asked,
    "gte": lambda held, asked: held is not None and held >= asked,
    "in": lambda held, asked: held in asked,
    "nin": lambda held, asked: held not in asked,
    "between": lambda held, asked: held is not None and asked[0] <= held <= asked[1],
    "contains": lambda held, asked: held is not None and asked.lower() in held.lower(),
    "starts_with": lambda held, asked: held is not None and held.lower().startswith(asked.lower()),
    "is_null": lambda held, asked: (held is None) is asked,
    "has_any": lambda held, asked: bool(set(held or ()) & set(asked)),
    "has_all": lambda held, asked: held is not None and set(asked) <= set(held),
}
ASKED = {**VALUES, "money": ["5", "-1.5", "900", "7"], "multi_select": ["a", "b"], "reference": []}


async def listed(actor: Actor, field: str, operator: str, value: Any) -> set[str]:
    leaf = {"field": field, "op": operator, "value": value}
    answer = await actor.http.post(
        "/customers/query", json={"filter": leaf, "limit": 200, "include_total": True}
    )
    assert answer.status_code == 200, (leaf, answer.text)
    found = {record["id"] for record in answer.json()["data"]}
    assert answer.json()["page"]["total"] == len(found)
    if value is True or value is False:
        value = str(value).lower()
    if isinstance(value, list):
        if any("," in str(item) for item in value):
            return found
        value = ",".join(map(str, value))
    name = field if operator == "eq" else f"{field}[{operator}]"
    same = await actor.http.get("/customers", params={name: value, "limit": "200"})
    assert same.status_code == 200, (name, same.text)
    assert {record["id"] for record in same.json()["data"]} == found
    return found


@pytest.mark.parametrize("type_", TYPES)
async def test_every_operator_finds_what_a_plain_model_finds(
    filled: tuple[Company, dict[str, dict[str, Any]]], type_: str
) -> None:
    company, records = filled
    owner, name = company.owner, f"custom_fields.{type_}"
    described = (await owner.http.get("/metadata/objects/customers")).json()["fields"]
    operators = next(field["operators"] for field in described if field["name"] == name)
    asked = ASKED[type_] or [next(iter(records.values()))["reference"]]
    assert set(operators) - {"within_last"} <= PLAIN.keys()
    for operator in operators:
        if operator == "within_last":
            continue
        for value in [True, False] if operator == "is_null" else asked:
            given: Any = value
            if operator in ("in", "nin", "has_any", "has_all"):
                given = [value, asked[0]]
            elif operator == "between":
                given = [value, asked[-1]]
            found = await listed(owner, name, operator, given)
            if isinstance(given, list):
                plain = [key_of(type_, item) for item in given]
            else:
                plain = given if operator == "is_null" else key_of(type_, given)
            wanted = {
                record
                for record, values in records.items()
                for held in [values.get(type_)]
                if PLAIN[operator](held if held is None else key_of(type_, held), plain)
            }
            assert found == wanted, (operator, given)


async def test_conditions_on_several_fields_do_not_meet(
    filled: tuple[Company, dict[str, dict[str, Any]]],
) -> None:
    company, records = filled
    tree = {
        "or": [
            {"field": "custom_fields.text", "op": "is_null", "value": True},
            {"field": "custom_fields.number", "op": "is_null", "value": True},
            {"and": [
                {"field": "custom_fields.select", "op": "is_null", "value": False},
                {"field": "custom_fields.boolean", "op": "eq", "value": False},
                {"not": {"field": "custom_fields.number", "op": "gt", "value": 0}},
            ]},
        ]
    }  # fmt: skip
    answer = await company.owner.http.post("/customers/query", json={"filter": tree})
    wanted = {
        record
        for record, v in records.items()
        if "text" not in v
        or "number" not in v
        or ("select" in v and v.get("boolean") is False and not Decimal(v["number"]) > 0)
    }
    assert {record["id"] for record in answer.json()["data"]} == wanted


async def test_the_currency_of_an_amount_is_asked_beside_it(
    filled: tuple[Company, dict[str, dict[str, Any]]],
) -> None:
    company, records = filled
    found = await listed(company.owner, "custom_fields.money.currency", "eq", "CNY")
    assert found == {r for r, v in records.items() if v.get("money", {}).get("currency") == "CNY"}


async def test_relative_dates_and_neighbours_reach_custom_fields(company: Company) -> None:
    await define(company, "date", key="due")
    await define(company, "select", key="tier")
    customer = await company.owner.create("/customers", name="A", custom_fields={"tier": "gold"})
    other = await company.owner.create(
        "/customers", name="B", custom_fields={"tier": "silver", "due": "2020-01-01"}
    )
    contact = await company.owner.create("/contacts", name="Li", customer_id=customer["id"])
    await company.owner.create("/contacts", name="Wang", customer_id=other["id"])

    found = await company.owner.http.get("/contacts", params={"customer.custom_fields.tier": "gold"})
    assert [record["id"] for record in found.json()["data"]] == [contact["id"]]
    found = await company.owner.http.get("/customers", params={"custom_fields.due[lt]": "today"})
    assert [record["id"] for record in found.json()["data"]] == [other["id"]]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("custom_fields.teir", "x", "unknown_parameter"),
        ("custom_fields", "x", "unknown_parameter"),
        ("custom_fields.tier[gt]", "gold", "unknown_operator"),
        ("custom_fields.tier", "bronze", "invalid_value"),
        ("custom_fields.score", "many", "invalid_value"),
        ("custom_fields.score", "1e400", "invalid_value"),
        ("custom_fields.score", "1" * 13, "invalid_value"),
        ("custom_fields.score.currency", "CNY", "unknown_parameter"),
        ("custom_fields.tier", "a\x00", "invalid_character"),
    ],
)
async def test_a_wrong_filter_is_refused(company: Company, name: str, value: str, code: str) -> None:
    await define(company, "select", key="tier")
    await define(company, "number", key="score")

    refused = await company.owner.http.get("/customers", params={name: value})

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, code)


async def test_a_hidden_or_masked_field_is_unknown_to_filters(company: Company, planted: None) -> None:
    for key in ("salary", "iban", "tier"):
        await define(company, key=key)
    await define(company, "money", key="open")
    agent = await company.user("account_manager")
    for key in ("salary", "iban"):
        refused = await agent.http.get("/customers", params={f"custom_fields.{key}": "x"})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "unknown_parameter")
        body = {"filter": {"field": f"custom_fields.{key}", "op": "eq", "value": "x"}}
        refused = await agent.http.post("/customers/query", json=body)
        assert faults(refused) == [("/filter/field", "unknown_field")]
    assert (await agent.http.get("/customers", params={"custom_fields.tier": "x"})).status_code == 200
    assert (
        await agent.http.get("/customers", params={"custom_fields.open.currency": "CNY"})
    ).status_code == 200
    team = await company.team()
    boss = await company.user("sales_supervisor", team_id=team)
    refused = await boss.http.get("/customers", params={"custom_fields.open.currency": "CNY"})
    assert (refused.status_code, refused.json()["errors"][0]["params"]) == (400, {"hint": ""})


async def test_companies_share_statements_never_fields(company: Company, other_company: Company) -> None:
    """The field is bound: one statement for all companies, each with its own field of the same name."""
    for tenant, value in ((company, "mine"), (other_company, "theirs")):
        await define(tenant, key="tier")
        await define(tenant, key="other")
        await tenant.owner.create("/customers", name=value, custom_fields={"tier": value, "other": "mine"})
    shapes = []
    for tenant in (company, other_company):
        found = await tenant.owner.http.get("/customers", params={"custom_fields.tier": "mine"})
        assert [record["name"] for record in found.json()["data"]] == (["mine"] if tenant is company else [])
        shapes.append(len(STATEMENTS._held))
    assert shapes[0] == shapes[1]


async def test_a_deactivated_field_and_option_can_still_be_filtered(company: Company) -> None:
    field = await define(company, "select", key="tier")
    made = await company.owner.create("/customers", name="A", custom_fields={"tier": "gold"})
    gold, silver = field["options"]
    change = {"active": False, "options": [{**gold, "active": False}, silver]}
    assert (await company.owner.http.patch(f"/custom-fields/{field['id']}", json=change)).status_code == 200

    found = await company.owner.http.get("/customers", params={"custom_fields.tier": "gold"})
    assert [record["id"] for record in found.json()["data"]] == [made["id"]]
