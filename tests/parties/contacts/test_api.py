"""Contacts over HTTP: create, read, change, delete, restore, find."""

from typing import Any

import pytest

from tests.factories.companies import Company

FULL: dict[str, Any] = {
    "name": "李娜",
    "title": "采购总监",
    "department": "采购部",
    "phones": ["+86 138 0013 8000"],
    "emails": ["Li.Na@Zhida.example"],
    "im_ids": [{"kind": "wechat", "value": "li_na_88"}],
    "birthday": "1988-02-29",
    "address": "世纪大道 100 号",
    "email_opt_out": True,
    "phone_opt_out": False,
    "sms_opt_out": True,
    "description": "喜欢在下午接电话。\n第二行",
    "external_ids": [{"source": "erp", "key": "1"}],
}


async def test_a_created_contact_is_read_back_as_it_was_answered(company: Company) -> None:
    customer = await company.owner.create("/customers", name="Zhida")
    superior = await company.owner.create("/contacts", name="王芳", customer_id=customer["id"])
    links = {"customer_id": customer["id"], "reports_to_id": superior["id"]}

    made = await company.owner.create("/contacts", **FULL, **links)

    shown = {
        **FULL,
        **links,
        "phones": [{"raw": "+86 138 0013 8000", "value": "+8613800138000"}],
        "emails": [{"raw": "Li.Na@Zhida.example", "value": "li.na@zhida.example"}],
    }
    assert {name: made[name] for name in shown} == shown
    assert (made["version"], made["owner_id"], made["redacted"]) == (1, company.owner.id, [])
    read = await company.owner.http.get(f"/contacts/{made['id']}")
    assert (read.status_code, read.json()) == (200, made)
    assert (await company.owner.http.get("/contacts?limit=1")).json()["data"] == [made]
    of_customer = await company.owner.http.get(f"/contacts?customer_id={customer['id']}&sort=created_at")
    assert [record["id"] for record in of_customer.json()["data"]] == [superior["id"], made["id"]]


async def test_what_is_left_out_takes_its_default(company: Company) -> None:
    made = await company.owner.create("/contacts", name="李娜")

    assert [made[name] for name in ("phones", "emails", "im_ids", "external_ids")] == [[], [], [], []]
    assert [made[f"{channel}_opt_out"] for channel in ("email", "phone", "sms")] == [False, False, False]
    assert [made[name] for name in ("customer_id", "reports_to_id", "birthday", "description")] == [None] * 4


async def test_a_change_keeps_what_is_absent_and_clears_what_is_null(company: Company) -> None:
    made = await company.owner.create("/contacts", **FULL)
    change = {"birthday": None, "im_ids": [], "email_opt_out": False, "name": "Li Na"}

    changed = (await company.owner.http.patch(f"/contacts/{made['id']}", json=change)).json()

    assert changed == {**made, **change, "version": 2, "updated_at": changed["updated_at"]}
    event = (await company.rows("events", record_id=made["id"], type="contact.updated"))[0]
    assert event["changes"] == {name: {"from": made[name], "to": value} for name, value in change.items()}


@pytest.mark.parametrize("name", ["name", "phones", "im_ids", "email_opt_out", "external_ids"])
async def test_what_every_contact_has_cannot_be_cleared(company: Company, name: str) -> None:
    made = await company.owner.create("/contacts", **FULL)

    answer = await company.owner.http.patch(f"/contacts/{made['id']}", json={name: None})

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/{name}"]
    assert (await company.rows("contacts"))[0]["version"] == 1


async def test_a_deleted_contact_is_gone_until_it_is_restored(company: Company) -> None:
    made = await company.owner.create("/contacts", **FULL)
    one, http = f"/contacts/{made['id']}", company.owner.http

    assert (await http.delete(one)).status_code == 204
    assert (await http.get(one)).status_code == 404
    twin = await company.owner.create("/contacts", **FULL)
    refused = await http.post(f"{one}/restore")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (409, "/external_ids")
    assert refused.json()["duplicates"] == [{"id": twin["id"], "field": "external_ids"}]
    await http.delete(f"/contacts/{twin['id']}")
    restored = await http.post(f"{one}/restore")
    assert (restored.status_code, restored.json()["deleted_at"]) == (200, None)
    types = [event["type"] for event in await company.rows("events", record_id=made["id"])]
    assert sorted(types) == ["contact.created", "contact.deleted", "contact.restored"]


@pytest.mark.parametrize("q", ["李娜", "总监", "8000", "13800138000", "li.na@zhida.example"])
async def test_q_finds_a_contact(company: Company, q: str) -> None:
    made = await company.owner.create("/contacts", **FULL)
    await company.owner.create("/contacts", name="王芳", title="经理")

    answer = await company.owner.http.get("/contacts", params={"q": q})

    assert [record["id"] for record in answer.json()["data"]] == [made["id"]]
