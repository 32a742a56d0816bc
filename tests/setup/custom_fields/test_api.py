"""Definitions of custom fields over HTTP."""

from typing import Any

import pytest

from tests.factories.companies import Company
from tests.factories.fields import TYPES, define

NEW = {"resource": "customers", "key": "tier", "type": "text", "label_en": "Tier", "label_zh": "等级"}
OPTION = {"code": "gold", "label_en": "Gold", "label_zh": "金牌"}


def faults(answer: Any) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


@pytest.mark.parametrize("type_", TYPES)
async def test_a_field_of_every_type_is_defined_read_and_told(company: Company, type_: str) -> None:
    made = await define(company, type_)

    assert made | {"type": type_, "key": type_, "required": False, "unique": False, "active": True} == made
    assert (await company.owner.http.get(f"/custom-fields/{made['id']}")).json() == made
    (event,) = await company.rows("events", type="custom_field.created")
    assert event["changes"]["key"] == {"from": None, "to": type_}


async def test_options_are_complete_and_keep_their_order(company: Company) -> None:
    options = [{**OPTION, "code": code} for code in ("z", "a", "m")]
    made = await define(company, "select", options=options, default="m")

    assert made["options"] == [{**option, "colour": None, "active": True} for option in options]
    assert made["default"] == "m"


async def test_the_default_is_held_as_records_hold_it(company: Company) -> None:
    assert (await define(company, "number", default=5))["default"] == "5"
    money = await define(company, "money", default={"amount": "5", "currency": "CNY"})
    assert money["default"] == {"amount": "5.00", "currency": "CNY"}


async def test_labels_default_options_and_order_change_what_it_is_never_does(company: Company) -> None:
    made = await define(company, "select", key="tier")
    path = f"/custom-fields/{made['id']}"
    change = {"label_en": "Level", "position": 1, "required": True, "default": "gold", "active": False}

    changed = await company.owner.http.patch(path, json=change)

    assert changed.status_code == 200
    assert changed.json() | {**change, "version": 2} == changed.json()
    for name in ("key", "type", "resource", "unique", "target", "dictionary_type"):
        assert faults(await company.owner.http.patch(path, json={name: "x"})) == [
            (f"/{name}", "unknown_field")
        ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"resource": "planets"}, ("/resource", "not_a_choice")),
        ({"resource": "teams"}, ("/resource", "not_a_choice")),
        ({"key": "Tier"}, ("/key", "pattern")),
        ({"key": "x" * 64}, ("/key", "too_long")),
        ({"key": ""}, ("/key", "pattern")),
        ({"type": "colour"}, ("/type", "not_a_choice")),
        ({"type": "select"}, ("/options", "required")),
        ({"type": "reference"}, ("/target", "required")),
        ({"type": "reference", "target": "planets"}, ("/target", "not_a_choice")),
        ({"target": "products"}, ("/target", "not_of_type")),
        ({"options": [OPTION]}, ("/options", "not_of_type")),
        ({"dictionary_type": "industry"}, ("/dictionary_type", "not_of_type")),
        ({"type": "select", "dictionary_type": "planets"}, ("/dictionary_type", "not_a_choice")),
        ({"type": "select", "options": [OPTION, OPTION]}, ("/options/1/code", "repeated_choice")),
        ({"type": "select", "options": [{**OPTION, "code": "a b"}]}, ("/options/0/code", "pattern")),
        ({"type": "select", "options": [{**OPTION, "colour": "red"}]}, ("/options/0/colour", "pattern")),
        ({"type": "select", "options": [OPTION], "default": "x"}, ("/default", "not_a_choice")),
        ({"type": "boolean", "unique": True}, ("/unique", "cannot_be_unique")),
        ({"type": "number", "default": "many"}, ("/default", "invalid_decimal")),
        ({"type": "date", "default": "2026-02-30"}, ("/default", "invalid_date")),
        ({"type": "reference", "target": "products", "default": "x"}, ("/default", "not_of_type")),
        ({"label_zh": None}, ("/label_zh", "wrong_type")),
    ],
)
async def test_what_is_wrong_is_named(
    company: Company, change: dict[str, Any], expected: tuple[str, str]
) -> None:
    refused = await company.owner.http.post("/custom-fields", json={**NEW, **change})

    assert (refused.status_code, faults(refused)) == (422, [expected])
    assert await company.rows("custom_fields") == []


async def test_too_many_options_are_refused(company: Company) -> None:
    options = [{**OPTION, "code": f"c{i}"} for i in range(201)]
    refused = await company.owner.http.post(
        "/custom-fields", json={**NEW, "type": "select", "options": options}
    )

    assert (refused.status_code, faults(refused)) == (422, [("/options", "too_long")])


async def test_a_resource_has_a_key_once(company: Company) -> None:
    await define(company, key="tier")
    await define(company, key="tier", resource="contacts")

    refused = await company.owner.http.post("/custom-fields", json=NEW)

    assert (refused.status_code, refused.json()["code"]) == (409, "duplicate")
    assert faults(refused) == [("/resource", "duplicate"), ("/key", "duplicate")]


async def test_a_resource_has_two_hundred_fields_at_most(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_api.setup.custom_fields.service.LIMIT", 2)
    for key in ("one", "two"):
        await define(company, key=key)

    refused = await company.owner.http.post("/custom-fields", json=NEW)

    assert (refused.status_code, faults(refused)) == (422, [("/resource", "too_many")])
    await define(company, key="one", resource="contacts")


async def test_an_option_that_records_hold_is_deactivated_not_left_out(company: Company) -> None:
    field = await define(company, "select", key="tier")
    path = f"/custom-fields/{field['id']}"
    record = await company.owner.create("/customers", name="A", custom_fields={"tier": "gold"})
    gold, silver = field["options"]

    refused = await company.owner.http.patch(path, json={"options": [silver]})
    assert (refused.status_code, refused.json()["code"]) == (409, "option_in_use")
    assert (await company.owner.http.patch(path, json={"options": [gold]})).status_code == 200
    quiet = await company.owner.http.patch(path, json={"options": [{**gold, "active": False}, silver]})
    assert quiet.status_code == 200

    refused = await company.owner.http.post(
        "/customers", json={"name": "B", "custom_fields": {"tier": "gold"}}
    )
    assert faults(refused) == [("/custom_fields/tier", "not_a_choice")]
    kept = await company.owner.http.patch(
        f"/customers/{record['id']}", json={"custom_fields": {"tier": "gold"}}
    )
    assert (kept.status_code, kept.json()["version"]) == (200, 1)


async def test_a_field_without_values_is_deleted_one_with_values_is_not(company: Company) -> None:
    field = await define(company, key="tier")
    path = f"/custom-fields/{field['id']}"
    record = await company.owner.create("/customers", name="A", custom_fields={"tier": "x"})

    refused = await company.owner.http.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")

    await company.owner.http.patch(f"/customers/{record['id']}", json={"custom_fields": {"tier": None}})
    assert (await company.owner.http.delete(path)).status_code == 204
    assert (await company.owner.http.get(path)).status_code == 404
    assert len(await company.rows("events", type="custom_field.deleted")) == 1
    assert (await define(company, "number", key="tier"))["type"] == "number"


async def test_the_list_is_in_order_and_filtered(company: Company) -> None:
    for key, position in (("b", 2), ("a", 1), ("c", 3)):
        await define(company, key=key, position=position)
    await define(company, key="other", resource="contacts")

    listed = (await company.owner.http.get("/custom-fields?resource=customers")).json()["data"]
    assert [field["key"] for field in listed] == ["a", "b", "c"]
