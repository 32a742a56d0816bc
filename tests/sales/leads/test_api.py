"""Leads over HTTP: what they hold, how they are worked on and given up."""

from datetime import timedelta
from typing import Any

import pytest

from crm_api.kit import clock
from crm_api.kit.principal import Principal, Right
from crm_api.kit.uow import UnitOfWork
from crm_api.roles import rights
from crm_api.sales.leads.duplicates import DuplicateService
from crm_api.sales.leads.resource import leads
from crm_api.sales.leads.service import LeadService
from tests.factories.companies import Company
from tests.factories.deals import faults
from tests.factories.floors import Floor


async def test_a_new_lead_has_what_was_said_and_is_its_creators(company: Company) -> None:
    made = await company.owner.create("/leads", name="李娜", company_name="智达", phones=["13800138000"])

    assert made == made | {
        "name": "李娜",
        "company_name": "智达",
        "phones": [{"raw": "13800138000", "value": "+8613800138000"}],
        "status": "new",
        "contacted_at": None,
        "discard_reason": None,
        "customer_id": None,
        "owner_id": company.owner.id,
        "version": 1,
    }
    assert made.pop("possible_duplicates") == []
    assert (await company.owner.http.get(f"/leads/{made['id']}")).json() == made


async def test_the_first_contact_is_remembered(company: Company) -> None:
    made = await company.owner.create("/leads", name="李娜")
    path, later = f"/leads/{made['id']}", clock.now() + timedelta(minutes=5)
    with clock.frozen(later):
        met = (await company.owner.http.post(f"{path}/contact")).json()
    await company.owner.http.post(f"{path}/discard", json={"discard_reason": "unreachable"})
    await company.owner.http.post(f"{path}/reopen")

    again = (await company.owner.http.post(f"{path}/contact")).json()

    assert met["contacted_at"] == met["status_entered_at"] == again["contacted_at"]
    assert again["status_entered_at"] != again["contacted_at"]


async def test_it_is_given_up_for_a_reason_and_taken_up_again(company: Company) -> None:
    made = await company.owner.create("/leads", name="李娜")
    path, why = f"/leads/{made['id']}", {"discard_reason": "no_budget", "discard_note": "明年再联系"}

    discarded = (await company.owner.http.post(f"{path}/discard", json=why)).json()
    reopened = (await company.owner.http.post(f"{path}/reopen")).json()

    assert discarded == discarded | why | {"status": "discarded", "version": 2}
    assert reopened == reopened | {
        "status": "new",
        "discard_reason": None,
        "discard_note": None,
        "version": 3,
    }
    (event,) = await company.rows("events", type="lead.discarded")
    assert event["changes"]["discard_reason"] == {"from": None, "to": "no_budget"}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, ("/discard_reason", "required")),
        ({"discard_reason": "price"}, ("/discard_reason", "not_a_choice")),
        ({"discard_reason": None}, ("/discard_reason", "wrong_type")),
        ({"discard_reason": "other", "reason": "x"}, ("/reason", "unknown_field")),
    ],
)
async def test_a_reason_is_one_of_the_list(company: Company, body: Any, fault: tuple[str, str]) -> None:
    made = await company.owner.create("/leads", name="李娜")
    before = await company.digest("leads", "events")

    answer = await company.owner.http.post(f"/leads/{made['id']}/discard", json=body)

    assert faults(answer) == [fault]
    assert await company.digest("leads", "events") == before


@pytest.mark.parametrize("name", ["status", "customer_id", "converted_at", "discard_reason", "contacted_at"])
async def test_what_the_verbs_decide_cannot_be_written(company: Company, name: str) -> None:
    answer = await company.owner.http.post("/leads", json={"name": "李娜", name: None})

    assert faults(answer) == [(f"/{name}", "unknown_field")]
    assert await company.rows("leads") == []


async def test_leads_are_found_filtered_and_expanded(company: Company) -> None:
    http = company.owner.http
    made = [
        await company.owner.create("/leads", name=name, company_name=firm)
        for name, firm in (("李娜", "上海智达"), ("王芳", "北京远景"))
    ]
    await http.post(f"/leads/{made[0]['id']}/convert")

    found = (await http.get("/leads?q=智达")).json()["data"]
    converted = (await http.get("/leads?status=converted&expand=customer")).json()["data"]

    assert [row["id"] for row in found] == [made[0]["id"]]
    assert [row["customer"]["name"] for row in converted] == ["上海智达"]
    assert [row["name"] for row in (await http.get("/leads?sort=name")).json()["data"]] == ["李娜", "王芳"]


async def test_an_open_lead_keeps_its_owner_and_moves_along_a_settled_one_does_not(company: Company) -> None:
    old, new = await company.team("Old"), await company.team("New")
    seller = await company.user("account_manager", team_id=old)
    leads = [await company.owner.create("/leads", name=name, owner_id=seller.id) for name in "abc"]
    await company.owner.http.post(f"/leads/{leads[1]['id']}/convert", json={"opportunity": None})
    await company.owner.http.post(f"/leads/{leads[2]['id']}/discard", json={"discard_reason": "other"})

    assert (
        await company.owner.http.post(f"/users/{seller.id}/move", json={"team_id": new})
    ).status_code == 200

    teams = [(await company.owner.http.get(f"/leads/{lead['id']}")).json()["team_id"] for lead in leads]
    assert teams == [new, old, old]


async def test_whom_it_may_be_already_is_told_of_what_one_sees(floor: Floor) -> None:
    customer = await floor.agent.create("/customers", name="上海智达科技", emails=["info@zhida.example"])
    contact = await floor.agent.create("/contacts", name="李娜", phones=["138 0013 8000"])
    lead = await floor.agent.create("/leads", name="Li Na", emails=["li|na@zhida.example"])
    works = await floor.agent.create("/leads", name="王伟", company_name="Acme Widgets, Inc.")
    gone = await floor.agent.create("/leads", name="李娜", phones=["138 0013 8000"])
    await floor.agent.http.delete(f"/leads/{gone['id']}")
    same = {
        "name": "李女士",
        "company_name": "上海智达科技有限公司",
        "phones": ["+86 13800138000", "021-62288888"],
        "emails": ["LI|na@zhida.example", "other@zhida.example"],
    }
    before = len(await floor.company.rows("leads"))

    def told(made: dict[str, Any]) -> list[tuple[str, str, str]]:
        return [(each["type"], each["id"], each["reason"]) for each in made["possible_duplicates"]]

    first = await floor.agent.create("/leads", **same)
    assert told(first) == [
        ("contacts", contact["id"], "same_phone"),
        ("leads", lead["id"], "same_email"),
        ("customers", customer["id"], "same_company"),
    ]
    assert first["possible_duplicates"][0]["name"] == "李娜"
    assert told(await floor.agent.create("/leads", name="x", company_name="ACME WIDGETS")) == [
        ("leads", works["id"], "same_company")
    ]
    # an ending, another number or a part of the name is nobody
    for other in ({"phones": ["13800138001"]}, {"emails": ["na@zhida.example"]}, {"company_name": "智达"}):
        assert told(await floor.agent.create("/leads", name="李娜", **other)) == []
    # what is out of reach stays unknown, also whether it is there
    blind = await floor.stranger.create("/leads", **same)
    assert told(blind) == []
    assert len(told(await floor.company.owner.create("/leads", **same))) == 5
    assert "possible_duplicates" not in (await floor.agent.http.get(f"/leads/{first['id']}")).json()
    batch = {"mode": "atomic", "operations": [{"op": "create", "data": same}]}
    assert (await floor.agent.http.post("/leads/batch", json=batch)).status_code == 200
    assert len(await floor.company.rows("leads")) == before + 8


async def test_who_sees_no_numbers_is_told_of_none(company: Company) -> None:
    """No role may write leads and not see their numbers: a company's own may."""
    point = {"raw": "13800138000", "value": "+8613800138000"}
    for path in ("/leads", "/contacts", "/customers"):
        await company.owner.create(path, name="李娜", phones=[point["raw"]], emails=["a@b.example"])
    customer = await company.owner.create("/customers", name="智达")
    reaches, _ = rights(("company_owner",))
    hidden = {"phones": Right.HIDDEN, "emails": Right.MASKED}
    row = LeadService.new_row({"name": "x", "company_name": "智达", "phones": [point], "emails": []})

    async def told(restrictions: Any) -> list[str]:
        principal = Principal(company.tenant_id, company.owner.id, reaches=reaches, restrictions=restrictions)
        unit = UnitOfWork(company.served.pool, principal, leads.create)
        try:
            return [each["id"] for each in await DuplicateService(unit).of(row)]
        finally:
            await unit.close()

    assert len(await told({})) == 4
    assert await told(dict.fromkeys(("leads", "contacts", "customers"), hidden)) == [customer["id"]]
    assert len(await told({"customers": {"name": Right.HIDDEN}})) == 2
