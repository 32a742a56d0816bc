"""Values of custom fields: every type there and back, merged, required, unique, told, and what is refused."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_api.setup.custom_fields.kinds import compared, read
from crm_api.setup.custom_fields.models import FieldType
from tests.factories.companies import Company
from tests.factories.fields import define
from tests.factories.statements import Statements
from tests.setup.custom_fields.test_api import faults

# type → what is written, what is held
ROUND_TRIPS: list[tuple[str, Any, Any]] = [
    ("text", "  Größe 上海 ", "Größe 上海"),
    ("number", 5, "5"),
    ("number", "-12.500000", "-12.5"),
    ("number", "0.000001", "0.000001"),
    ("number", "-0", "0"),
    ("number", "999999999999.999999", "999999999999.999999"),
    ("money", {"amount": "199.9", "currency": "CNY"}, {"amount": "199.90", "currency": "CNY"}),
    ("money", {"amount": "5", "currency": "JPY"}, {"amount": "5", "currency": "JPY"}),
    ("date", "0001-01-01", "0001-01-01"),
    ("date", "2028-02-29", "2028-02-29"),
    ("datetime", "2026-01-31T09:30:00+08:00", "2026-01-31T01:30:00Z"),
    ("datetime", "2026-01-31T09:30:00.000001Z", "2026-01-31T09:30:00.000001Z"),
    ("boolean", False, False),
    ("boolean", True, True),
    ("select", "gold", "gold"),
    ("multi_select", ["c", "a"], ["c", "a"]),
]
WRONG: list[tuple[str, Any, str, str]] = [
    ("text", 1, "", "wrong_type"),
    ("text", "", "", "too_short"),
    ("text", "x" * 501, "", "too_long"),
    ("text", ["x"], "", "wrong_type"),
    ("text", "a\x00b", "", "invalid_character"),
    ("number", "1e400", "", "invalid_decimal"),
    ("number", 1.5, "", "invalid_decimal"),
    ("number", True, "", "invalid_decimal"),
    ("number", "1.0000001", "", "too_precise"),
    ("number", 10**12, "", "out_of_range"),
    ("number", "NaN", "", "invalid_decimal"),
    ("money", "5", "", "wrong_type"),
    ("money", {"amount": 5, "currency": "CNY"}, "/amount", "invalid_decimal"),
    ("money", {"amount": "5"}, "/currency", "required"),
    ("money", {"amount": "5", "currency": "ZZZ"}, "/currency", "currency_unknown"),
    ("money", {"amount": "5", "currency": "CNY", "unit": "x"}, "/unit", "unknown_field"),
    ("date", "2026-02-30", "", "invalid_date"),
    ("date", "2026-01-01T00:00:00Z", "", "invalid_date"),
    ("datetime", "2026-01-01T00:00:00", "", "invalid_instant"),
    ("datetime", "2026-01-01", "", "invalid_instant"),
    ("boolean", "true", "", "wrong_type"),
    ("boolean", 1, "", "wrong_type"),
    ("select", "bronze", "", "not_a_choice"),
    ("select", "Gold", "", "not_a_choice"),
    ("multi_select", "a", "", "wrong_type"),
    ("multi_select", ["a", "x"], "/1", "not_a_choice"),
    ("multi_select", ["a", "a"], "/1", "repeated_choice"),
    ("multi_select", ["a"] * 101, "", "too_long"),
    ("reference", "P-1", "", "invalid_id"),
    ("reference", "01930b2e-6f00-7000-8000-000000000001", "", "reference_not_found"),
]


@pytest.mark.parametrize(("type_", "written", "held"), ROUND_TRIPS)
async def test_a_value_is_held_in_one_form_everywhere(
    company: Company, type_: str, written: Any, held: Any
) -> None:
    await define(company, type_, key="f")
    made = await company.owner.create("/customers", name="A", custom_fields={"f": written})

    assert made["custom_fields"] == {"f": held}
    assert (await company.owner.http.get(f"/customers/{made['id']}")).json()["custom_fields"] == {"f": held}
    (event,) = await company.rows("events", type="customer.created")
    assert event["changes"]["custom_fields.f"] == {"from": None, "to": held}
    assert "custom_fields" not in event["changes"]
    again = await company.owner.http.patch(f"/customers/{made['id']}", json={"custom_fields": {"f": held}})
    assert (again.status_code, again.json()["version"]) == (200, 1)


@pytest.mark.parametrize(("type_", "value", "below", "code"), WRONG)
async def test_what_is_wrong_is_named(
    company: Company, type_: str, value: Any, below: str, code: str
) -> None:
    await define(company, type_, key="f")
    before = await company.rows("events")

    refused = await company.owner.http.post("/customers", json={"name": "A", "custom_fields": {"f": value}})

    assert (refused.status_code, faults(refused)) == (422, [(f"/custom_fields/f{below}", code)])
    assert (await company.rows("customers"), await company.rows("events")) == ([], before)


async def test_a_number_beyond_all_numbers_is_refused(company: Company) -> None:
    await define(company, "number", key="f")
    body = b'{"name": "A", "custom_fields": {"f": 1e400}}'
    refused = await company.owner.http.post(
        "/customers", content=body, headers={"Content-Type": "application/json"}
    )
    assert (refused.status_code, faults(refused)) == (422, [("/custom_fields/f", "invalid_decimal")])


async def test_every_fault_is_told_at_once_with_the_nearest_name(company: Company) -> None:
    await define(company, key="tier", required=True)
    await define(company, "number", key="score")

    refused = await company.owner.http.post(
        "/customers", json={"name": "A", "custom_fields": {"teir": "x", "score": "x", "a/b~c": 1}}
    )

    assert faults(refused) == [
        ("/custom_fields/teir", "unknown_field"),
        ("/custom_fields/score", "invalid_decimal"),
        ("/custom_fields/a~1b~0c", "unknown_field"),
        ("/custom_fields/tier", "required"),
    ]
    assert refused.json()["errors"][0]["params"] == {"hint": " → tier"}


@pytest.mark.parametrize("value", [None, [], "x", 5])
async def test_the_values_are_an_object(company: Company, value: Any) -> None:
    refused = await company.owner.http.post("/customers", json={"name": "A", "custom_fields": value})
    assert faults(refused) == [("/custom_fields", "wrong_type")]


async def test_a_change_merges_one_level_and_null_clears(company: Company) -> None:
    for type_ in ("text", "money", "multi_select"):
        await define(company, type_)
    money = {"amount": "5.00", "currency": "CNY"}
    first = {"text": "x", "money": money, "multi_select": ["a", "b", "c"]}
    made = await company.owner.create("/customers", name="A", custom_fields=first)
    path = f"/customers/{made['id']}"

    changed = await company.owner.http.patch(
        path, json={"custom_fields": {"text": None, "multi_select": ["b"]}}
    )

    assert changed.json()["custom_fields"] == {"money": money, "multi_select": ["b"]}
    (event,) = await company.rows("events", type="customer.updated")
    assert event["changes"] == {
        "custom_fields.multi_select": {"from": ["a", "b", "c"], "to": ["b"]},
        "custom_fields.text": {"from": "x", "to": None},
    }
    values = await company.rows("custom_values")
    assert sorted((v["text_value"], v["number_value"]) for v in values) == [("CNY", 5_000_000), ("b", None)]
    await company.owner.http.patch(path, json={"custom_fields": {"money": None, "multi_select": []}})
    assert (await company.owner.http.get(path)).json()["custom_fields"] == {}
    assert await company.rows("custom_values") == []
    nothing = await company.owner.http.patch(path, json={"custom_fields": {}})
    assert nothing.json()["version"] == 3


async def test_required_and_default_hold_for_new_records(company: Company) -> None:
    old = await company.owner.create("/customers", name="Old")
    await define(company, key="tier", required=True)
    await define(company, "boolean", key="vip", default=False)

    refused = await company.owner.http.post("/customers", json={"name": "A"})
    assert faults(refused) == [("/custom_fields/tier", "required")]
    made = await company.owner.create("/customers", name="A", custom_fields={"tier": "x"})
    assert made["custom_fields"] == {"tier": "x", "vip": False}
    cleared = await company.owner.http.patch(
        f"/customers/{made['id']}", json={"custom_fields": {"tier": None}}
    )
    assert faults(cleared) == [("/custom_fields/tier", "required")]
    none = await company.owner.create("/customers", name="A", custom_fields={"tier": "x", "vip": None})
    assert none["custom_fields"] == {"tier": "x"}
    touched = await company.owner.http.patch(f"/customers/{old['id']}", json={"name": "Older"})
    assert (touched.status_code, touched.json()["custom_fields"]) == (200, {})


async def test_an_inactive_field_stays_readable_and_takes_nothing(company: Company) -> None:
    field = await define(company, key="tier", required=True)
    made = await company.owner.create("/customers", name="A", custom_fields={"tier": "x"})
    await company.owner.http.patch(f"/custom-fields/{field['id']}", json={"active": False})
    path = f"/customers/{made['id']}"

    refused = await company.owner.http.patch(path, json={"custom_fields": {"tier": "y"}})
    assert faults(refused) == [("/custom_fields/tier", "field_inactive")]
    renamed = await company.owner.http.patch(path, json={"name": "B", "custom_fields": {"tier": "x"}})
    assert (renamed.status_code, renamed.json()["custom_fields"]) == (200, {"tier": "x"})
    await company.owner.create("/customers", name="B")


@pytest.mark.parametrize(
    ("type_", "value", "same"),
    [
        ("text", "E-1", " E-1"),
        ("number", "5", "5.0"),
        ("money", {"amount": "5", "currency": "CNY"}, {"amount": "5.00", "currency": "CNY"}),
        ("date", "2026-01-31", "2026-01-31"),
        ("datetime", "2026-01-31T00:00:00Z", "2026-01-31T08:00:00+08:00"),
    ],
)
async def test_a_unique_value_stands_in_one_live_record(
    company: Company, type_: str, value: Any, same: Any
) -> None:
    await define(company, type_, key="no", unique=True)
    await define(company, type_, key="no", resource="contacts", unique=True)
    holder = await company.owner.create("/customers", name="A", custom_fields={"no": value})
    await company.owner.create("/contacts", name="A", custom_fields={"no": value})

    refused = await company.owner.http.post("/customers", json={"name": "B", "custom_fields": {"no": same}})
    assert (refused.status_code, faults(refused)) == (409, [("/custom_fields/no", "duplicate")])
    assert refused.json()["duplicates"] == [{"id": holder["id"], "field": "custom_fields.no"}]

    await company.owner.http.delete(f"/customers/{holder['id']}")
    heir = await company.owner.create("/customers", name="B", custom_fields={"no": same})
    restored = await company.owner.http.post(f"/customers/{holder['id']}/restore")
    assert (restored.status_code, faults(restored)) == (409, [("/custom_fields/no", "duplicate")])
    await company.owner.http.patch(f"/customers/{heir['id']}", json={"custom_fields": {"no": None}})
    assert (await company.owner.http.post(f"/customers/{holder['id']}/restore")).status_code == 200
    refused = await company.owner.http.patch(f"/customers/{heir['id']}", json={"custom_fields": {"no": same}})
    assert refused.status_code == 409


async def test_one_of_a_batch_that_breaks_a_rule_fails_alone(company: Company) -> None:
    await define(company, key="no", unique=True)
    operations = [
        {"op": "create", "data": {"name": "A", "custom_fields": {"no": n}}} for n in ("1", "1", "2", 3)
    ]

    answer = await company.owner.http.post(
        "/customers/batch", json={"mode": "partial", "operations": operations}
    )

    results = answer.json()["results"]
    assert [result["status"] for result in results] == [201, 409, 201, 422]
    assert results[1]["error"]["errors"][0]["pointer"] == "/custom_fields/no"
    assert results[1]["error"]["duplicates"] == [{"id": results[0]["id"], "field": "custom_fields.no"}]
    assert len(await company.rows("custom_values")) == 2


async def test_an_invisible_holder_is_not_named(company: Company) -> None:
    await define(company, key="no", unique=True)
    await company.owner.create("/customers", name="A", custom_fields={"no": "1"})
    agent = await company.user("account_manager")

    refused = await agent.http.post("/customers", json={"name": "B", "custom_fields": {"no": "1"}})
    assert (refused.status_code, refused.json()["duplicates"]) == (409, [])
    assert faults(refused) == [("/custom_fields/no", "duplicate")]


async def test_the_index_decides_the_race_for_a_unique_value(company: Company) -> None:
    await define(company, key="no", unique=True)
    bodies = [{"name": f"A{i}", "custom_fields": {"no": "1"}} for i in range(8)]

    answers = await asyncio.gather(*(company.owner.http.post("/customers", json=body) for body in bodies))

    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    assert len(await company.rows("customers")) == 1
    assert len(await company.rows("custom_values")) == 1


async def test_a_reference_names_a_record_that_its_author_sees(company: Company) -> None:
    await define(company, "reference", key="sibling", target="customers")
    agent = await company.user("account_manager")
    foreign = await company.owner.create("/customers", name="A")
    own = await agent.create("/customers", name="B")

    refused = await agent.http.post(
        "/customers", json={"name": "C", "custom_fields": {"sibling": foreign["id"]}}
    )
    assert (refused.status_code, faults(refused)) == (
        422,
        [("/custom_fields/sibling", "reference_not_found")],
    )
    made = await agent.create("/customers", name="C", custom_fields={"sibling": own["id"].upper()})
    assert made["custom_fields"] == {"sibling": own["id"]}


@pytest.mark.parametrize("resource", ["customers", "contacts", "products", "opportunities"])
async def test_every_resource_that_has_them_writes_them(company: Company, resource: str) -> None:
    await define(company, "number", key="score", resource=resource, default=1)
    path = f"/{resource}"
    code = {"code": "P-1"} if resource == "products" else {}
    made = await company.owner.create(path, name="A", **code)
    assert made["custom_fields"] == {"score": "1"}

    changed = await company.owner.http.patch(f"{path}/{made['id']}", json={"custom_fields": {"score": 2}})
    assert changed.json()["custom_fields"] == {"score": "2"}
    assert (await company.owner.http.get(path)).json()["data"][0]["custom_fields"] == {"score": "2"}
    (value,) = await company.rows("custom_values")
    assert (value["resource"], value["number_value"]) == (resource, 2_000_000)


async def test_reading_costs_nothing_more_and_writing_no_statement(
    company: Company, statements: Statements
) -> None:
    await define(company, "multi_select", key="tags")
    await asyncio.sleep(2.1)
    body = {"name": "A", "custom_fields": {"tags": ["a", "b", "c"]}}
    await company.owner.create("/contacts", name="A")
    await define(company, "multi_select", key="tags", resource="contacts")
    await asyncio.sleep(2.1)
    made = await company.owner.create("/contacts", **body)
    async with statements.counted() as sent:
        await company.owner.http.get(f"/contacts/{made['id']}")
        await company.owner.http.get("/contacts")
        assert sent.verbs == ["BEGIN", "SELECT", "COMMIT"] * 2
    async with statements.counted() as sent:
        await company.owner.create("/contacts", **body)
        assert sent.verbs == ["BEGIN", "INSERT", "WITH", "COMMIT"]


_DECIMALS = st.decimals(-(10**11), 10**11, allow_nan=False, places=6).map(lambda d: format(d, "f"))
_WRITTEN = {
    FieldType.TEXT: st.text(
        st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=60
    ).filter(str.strip),
    FieldType.NUMBER: _DECIMALS | st.integers(-(10**11), 10**11),
    FieldType.MONEY: st.builds(
        lambda a, c: {"amount": a, "currency": c}, _DECIMALS, st.sampled_from(["CNY", "JPY", "KWD"])
    ),
    FieldType.DATE: st.dates().map(lambda d: d.isoformat()),
    FieldType.DATETIME: st.datetimes(timezones=st.just(None)).map(lambda d: f"{d.isoformat()}Z"),
    FieldType.BOOLEAN: st.booleans(),
}


@pytest.mark.parametrize("type_", list(_WRITTEN))
@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_held_is_read_as_itself_and_compared_in_its_order(
    type_: FieldType, data: st.DataObject
) -> None:
    """The canonical form is a fixed point, and the compared columns order values as the values themselves."""
    first, second = (read(type_, data.draw(_WRITTEN[type_]), "/f") for _ in range(2))
    assert first[1] == second[1] == []
    assert read(type_, first[0], "/f") == first
    (one,), (two,) = compared(type_, first[0]), compared(type_, second[0])
    assert (one == two) is (first[0] == second[0])
