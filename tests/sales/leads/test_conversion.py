"""What a lead becomes, and that it becomes it once."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.factories.companies import Actor, Company
from tests.factories.deals import faults, refusal
from tests.factories.everybody import key
from tests.factories.fields import define
from tests.factories.floors import Floor
from tests.factories.grants import share

LEAD = {
    "name": "李娜",
    "company_name": "上海智达科技有限公司",
    "title": "采购经理",
    "phones": ["+86 138 0013 8000"],
    "emails": ["Li.Na@zhida.example"],
    "industry": "software",
    "region": "华东",
    "source": "trade_fair",
    "description": "网关 200 台",
}
MADE = ("customers", "contacts", "opportunities", "leads", "events", "ownership_periods", "search_documents")


async def convert(actor: Actor, lead: dict[str, Any], **body: Any) -> httpx.Response:
    return await actor.http.post(f"/leads/{lead['id']}/convert", json=body)


async def record(actor: Actor, path: str) -> dict[str, Any]:
    answer = await actor.http.get(path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_lead_becomes_a_customer_a_contact_and_a_deal(company: Company) -> None:
    owner = await company.user("account_manager", team_id=await company.team())
    lead = await company.owner.create("/leads", **LEAD, owner_id=owner.id)
    note = await company.owner.create(
        "/notes", subject_type="leads", subject_id=lead["id"], body="要求到货快"
    )
    file = {"file": ("a.txt", b"hello")}
    about = {"subject_type": "leads", "subject_id": lead["id"]}
    attached = (await company.owner.http.post("/attachments", data=about, files=file)).json()

    answer = await convert(owner, lead, opportunity={"amount": {"amount": "19800", "currency": "CNY"}})

    assert answer.status_code == 200, answer.text
    became = answer.json()
    assert (became["status"], became["version"]) == ("converted", 2)
    assert became["converted_at"] == became["status_entered_at"]
    customer = await record(owner, f"/customers/{became['customer_id']}")
    assert {name: customer[name] for name in ("kind", "name", "industry", "region", "source", "phones")} == {
        "kind": "company",
        "name": LEAD["company_name"],
        "industry": "software",
        "region": "华东",
        "source": "trade_fair",
        "phones": [],
    }
    contact = await record(owner, f"/contacts/{became['contact_id']}")
    assert (contact["name"], contact["title"], contact["customer_id"]) == ("李娜", "采购经理", customer["id"])
    assert (contact["phones"], contact["emails"]) == (lead["phones"], lead["emails"])
    deal = await record(owner, f"/opportunities/{became['opportunity_id']}")
    assert (deal["name"], deal["customer_id"]) == (LEAD["company_name"], customer["id"])
    assert (deal["amount"], deal["description"]) == (
        {"amount": "19800.00", "currency": "CNY"},
        "网关 200 台",
    )
    assert {made["owner_id"] for made in (customer, contact, deal)} == {owner.id}
    for path in (f"/notes/{note['id']}", f"/attachments/{attached['id']}"):
        carried = await record(owner, path)
        assert (carried["subject_type"], carried["subject_id"]) == ("opportunities", deal["id"])
        assert (carried["version"], carried["updated_by"]) == (2, owner.id)
    told = [event["type"] for event in await company.rows("events", actor_id=owner.id)]
    assert sorted(told) == [
        "attachment.updated",
        "contact.created",
        "customer.created",
        "lead.converted",
        "note.updated",
        "opportunity.created",
    ]


async def test_asked_again_it_tells_the_same_and_changes_nothing(company: Company) -> None:
    lead = await company.owner.create("/leads", **LEAD)
    first = (await convert(company.owner, lead)).json()
    before = await company.digest(*MADE)

    again = await convert(company.owner, lead, opportunity=None)

    assert (again.status_code, again.json()) == (200, first)
    assert await company.digest(*MADE) == before


async def test_of_many_at_once_one_converts_it_and_all_are_told_the_same(company: Company) -> None:
    lead = await company.owner.create("/leads", **LEAD)

    answers = await asyncio.gather(*(convert(company.owner, lead) for _ in range(8)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert [len(await company.rows(table)) for table in ("customers", "contacts", "opportunities")] == [
        1,
        1,
        1,
    ]
    assert len(await company.rows("events", type="lead.converted")) == 1


async def test_leads_of_one_company_at_once_become_one_customer(company: Company) -> None:
    names = ("李娜", "王芳", "张伟", "刘洋")
    leads = [await company.owner.create("/leads", name=name, company_name="智达科技") for name in names]

    answers = await asyncio.gather(*(convert(company.owner, lead) for lead in leads))

    assert len({answer.json()["customer_id"] for answer in answers}) == 1
    assert len({answer.json()["contact_id"] for answer in answers}) == len(names)
    assert len(await company.rows("customers")) == 1


@pytest.mark.parametrize(
    "known",
    [
        {"name": "Li Na", "phones": ["13800138000"]},
        {"name": "L.", "emails": ["li.na@zhida.example"]},
        {"name": "李娜"},
    ],
)
async def test_who_is_known_is_not_made_again(company: Company, known: dict[str, Any]) -> None:
    customer = await company.owner.create("/customers", name="上海智达科技")
    await company.owner.create("/contacts", name="王芳", customer_id=customer["id"])
    contact = await company.owner.create("/contacts", **known, customer_id=customer["id"])
    lead = await company.owner.create("/leads", **LEAD)

    became = (await convert(company.owner, lead)).json()

    assert (became["customer_id"], became["contact_id"]) == (customer["id"], contact["id"])
    assert len(await company.rows("customers")) == 1
    assert len(await company.rows("contacts")) == 2


async def test_a_person_without_a_company_is_the_customer(company: Company) -> None:
    lead = await company.owner.create("/leads", name="李娜", phones=["13800138000"])

    became = (await convert(company.owner, lead, opportunity=None)).json()

    customer = await record(company.owner, f"/customers/{became['customer_id']}")
    assert (customer["kind"], customer["name"], customer["phones"]) == ("person", "李娜", lead["phones"])
    assert became["opportunity_id"] is None


async def test_a_person_is_known_by_more_than_a_name(company: Company) -> None:
    namesake = await company.owner.create("/customers", name="李娜", kind="person", phones=["13900139000"])
    known = await company.owner.create("/customers", name="李娜", kind="person", phones=["13800138000"])
    await company.owner.create("/customers", name="李娜", phones=["13800138000"])
    leads = [
        await company.owner.create("/leads", name="李娜", phones=[phone])
        for phone in ("13800138000", "13700137000")
    ]

    became = [(await convert(company.owner, lead)).json()["customer_id"] for lead in leads]

    assert became[0] == known["id"]
    assert became[1] not in (known["id"], namesake["id"])
    assert len(await company.rows("customers")) == 4


async def test_a_name_without_a_letter_is_like_no_other(company: Company) -> None:
    await company.owner.create("/customers", name="!!!")
    lead = await company.owner.create("/leads", name="李娜", company_name="???")

    became = (await convert(company.owner, lead)).json()

    assert (await record(company.owner, f"/customers/{became['customer_id']}"))["name"] == "???"


async def test_what_goes_with_a_lead_without_a_deal_goes_to_the_customer(company: Company) -> None:
    lead = await company.owner.create("/leads", **LEAD)
    note = await company.owner.create(
        "/notes", subject_type="leads", subject_id=lead["id"], body="要求到货快"
    )

    became = (await convert(company.owner, lead, opportunity=None)).json()

    carried = await record(company.owner, f"/notes/{note['id']}")
    assert (carried["subject_type"], carried["subject_id"]) == ("customers", became["customer_id"])


@pytest.mark.parametrize("named", [True, False])
async def test_nothing_is_carried_to_a_customer_that_is_not_ones_to_change(floor: Floor, named: bool) -> None:
    company, body = floor.company, {"opportunity": None}
    customer = await company.owner.create("/customers", name=LEAD["company_name"], owner_id=floor.stranger.id)
    agent = await company.user("account_manager", team_id=floor.agent.team_id)
    await share(company, "customers", customer["id"], agent.id)
    lead = await company.owner.create("/leads", **LEAD, owner_id=agent.id)
    await company.owner.create("/notes", subject_type="leads", subject_id=lead["id"], body="要求到货快")
    before = await company.digest(*MADE, "notes")

    refused = await convert(agent, lead, **body, **({"customer_id": customer["id"]} if named else {}))

    assert refusal(refused) == (403, "forbidden")
    assert await company.digest(*MADE, "notes") == before
    assert (await convert(agent, lead)).status_code == 200  # they go to the deal, which is the agent's


async def test_of_several_customers_of_the_name_one_has_to_be_named(company: Company) -> None:
    alike = [await company.owner.create("/customers", name=name) for name in ("智达", "智达有限公司")]
    lead = await company.owner.create("/leads", name="李娜", company_name="智达股份有限公司")
    before = await company.digest(*MADE)

    answer = await convert(company.owner, lead)

    assert faults(answer) == [("/customer_id", "ambiguous_reference")]
    assert await company.digest(*MADE) == before
    became = (await convert(company.owner, lead, customer_id=alike[1]["id"])).json()
    assert became["customer_id"] == alike[1]["id"]


async def test_what_it_becomes_must_be_visible(floor: Floor) -> None:
    company = floor.company
    hidden = await company.owner.create("/customers", name="Hidden", owner_id=floor.stranger.id)
    person = await company.owner.create("/contacts", name="Hidden", owner_id=floor.stranger.id)
    lead = await company.owner.create("/leads", **LEAD, owner_id=floor.agent.id)
    before = await company.digest(*MADE)

    for name, hidden_id in (("customer_id", hidden["id"]), ("contact_id", person["id"])):
        for given in (hidden_id, "01930b2e-6f00-7000-8000-000000000001"):
            answer = await convert(floor.agent, lead, **{name: given})
            assert faults(answer) == [(f"/{name}", "reference_not_found")]
    assert await company.digest(*MADE) == before


async def test_a_named_contact_is_the_customer_s_or_nobody_s(company: Company) -> None:
    mine, theirs = [await company.owner.create("/customers", name=name) for name in ("智达", "云图")]
    other = await company.owner.create("/contacts", name="王芳", customer_id=theirs["id"])
    lead, before = await company.owner.create("/leads", **LEAD), await company.digest(*MADE)

    answer = await convert(company.owner, lead, customer_id=mine["id"], contact_id=other["id"])
    assert faults(answer) == [("/contact_id", "belongs_to_another_customer")]
    # nor of the one that would be made
    answer = await convert(company.owner, lead, contact_id=other["id"])
    assert faults(answer) == [("/contact_id", "belongs_to_another_customer")]
    assert await company.digest(*MADE) == before

    nobodys = await company.owner.create("/contacts", name="李娜")
    became = (await convert(company.owner, lead, customer_id=mine["id"], contact_id=nobodys["id"])).json()
    assert became["contact_id"] == nobodys["id"]


async def test_what_is_made_needs_the_right_to_make_it(company: Company) -> None:
    rights = ("leads:read", "leads:convert", "customers:read", "contacts:read", "opportunities:read")
    lead = await company.owner.create("/leads", **LEAD)
    for granted, status in (
        (rights, 403),
        ((*rights, "customers:create"), 403),
        ((*rights, "customers:create", "contacts:create"), 403),
        ((*rights, "customers:create", "contacts:create", "opportunities:create"), 200),
    ):
        system, before = await key(company, *granted), await company.digest(*MADE)
        answer = await convert(system, lead)
        assert answer.status_code == status, answer.text
        assert (await company.digest(*MADE) == before) == (status == 403)


async def test_a_refused_deal_leaves_nothing_behind(company: Company) -> None:
    lead = await company.owner.create("/leads", **LEAD)
    before = await company.digest(*MADE)

    answer = await convert(company.owner, lead, opportunity={"pipeline_id": lead["id"]})

    assert faults(answer) == [("/pipeline_id", "reference_not_found")]
    assert await company.digest(*MADE) == before


async def test_a_dry_run_tells_what_it_would_become_and_makes_nothing(company: Company) -> None:
    lead = await company.owner.create("/leads", **LEAD)
    before = await company.digest(*MADE)

    path, asked = f"/leads/{lead['id']}/convert", {"Prefer": "dry-run"}
    answer = await company.owner.http.post(path, json={}, headers=asked)

    assert (answer.status_code, answer.json()["status"]) == (200, "converted")
    assert await company.digest(*MADE) == before


async def test_a_converted_lead_is_read_only(company: Company) -> None:
    lead = await company.owner.create("/leads", **LEAD)
    await convert(company.owner, lead)

    answer = await company.owner.http.patch(f"/leads/{lead['id']}", json={"name": "王芳"})

    assert refusal(answer) == (409, "wrong_state")


async def test_custom_fields_of_the_same_name_and_type_go_along(company: Company) -> None:
    options = [{"code": code, "label_en": code, "label_zh": code} for code in ("a", "b")]
    for resource in ("leads", "customers", "contacts", "opportunities"):
        await define(company, "text", "wish", resource)
        await define(company, "money", "budget", resource)
    await define(company, "text", "size", "customers")
    await define(company, "number", "size", "leads")
    await define(company, "select", "tier", "leads", options=options)
    await define(company, "select", "tier", "customers", options=options[:1])
    await define(company, "select", "tier", "opportunities", options=options)
    await define(company, "text", "rumour", "leads")
    await define(company, "text", "since", "customers", default="2026")
    both = {"wish": "快", "budget": {"amount": "12.50", "currency": "CNY"}}
    said = {**both, "size": "7", "tier": "b", "rumour": "x"}
    lead = await company.owner.create("/leads", name="李娜", company_name="智达", custom_fields=said)

    became = (await convert(company.owner, lead)).json()

    async def custom(path: str) -> dict[str, Any]:
        held = (await record(company.owner, path))["custom_fields"]
        return {key: value for key, value in held.items() if value is not None}

    assert await custom(f"/customers/{became['customer_id']}") == {**both, "since": "2026"}
    assert await custom(f"/contacts/{became['contact_id']}") == both
    assert await custom(f"/opportunities/{became['opportunity_id']}") == {**both, "tier": "b"}
    # a customer that is known already keeps its own
    other = await company.owner.create(
        "/leads", name="王伟", company_name="智达", custom_fields={"wish": "慢"}
    )
    again = (await convert(company.owner, other)).json()
    assert again["customer_id"] == became["customer_id"]
    assert (await custom(f"/customers/{became['customer_id']}"))["wish"] == "快"
    assert (await custom(f"/contacts/{again['contact_id']}"))["wish"] == "慢"
