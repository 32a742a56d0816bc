"""Who may manage webhooks, and what a webhook may tell: what the one it acts for may see, by the rights of now."""

import asyncio
from typing import Any

import pytest

from tests.factories.companies import Actor, Company
from tests.factories.floors import Floor
from tests.factories.peers import inside
from tests.integrations.webhooks.conftest import Make, Works, verified

URL = "https://hooks.example.com/crm"
MANAGERS = ("administrator", "company_owner", "integration")
OTHERS = ("sales_supervisor", "account_manager", "executive", "support_agent", "marketer")


async def answers(actor: Actor, webhook: str, delivery: str) -> dict[str, int]:
    """Status of every operation, the deletion last."""
    http, path = actor.http, f"/webhooks/{webhook}"
    found = {
        "list": await http.get("/webhooks"),
        "query": await http.post("/webhooks/query", json={}),
        "get": await http.get(path),
        "create": await http.post("/webhooks", json={"url": URL, "events": ["*"]}),
        "update": await http.patch(path, json={"description": "x"}),
        "rotate": await http.post(f"{path}/rotate-secret", json={}),
        "ping": await http.post(f"{path}/ping"),
        "replay": await http.post(f"{path}/replay", json={"after": 0}),
        "deliveries": await http.get(f"{path}/deliveries"),
        "delivery": await http.get(f"{path}/deliveries/{delivery}"),
        "retry": await http.post(f"{path}/deliveries/{delivery}/retry"),
        "delete": await http.delete(path),
        "restore": await http.post(f"{path}/restore"),
    }
    return {name: answer.status_code for name, answer in found.items()}


async def webhook_with_delivery(company: Company) -> tuple[str, str]:
    made = await company.owner.create("/webhooks", url=URL, events=["*"])
    pinged = await company.owner.http.post(f"/webhooks/{made['id']}/ping")
    return made["id"], pinged.json()["id"]


@pytest.mark.parametrize("role", MANAGERS)
async def test_those_who_connect_systems_manage_webhooks(company: Company, role: str) -> None:
    actor = await company.user(role)
    assert await answers(actor, *await webhook_with_delivery(company)) == {
        "list": 200,
        "query": 200,
        "get": 200,
        "create": 201,
        "update": 200,
        "rotate": 200,
        "ping": 202,
        "replay": 202,
        "deliveries": 200,
        "delivery": 200,
        "retry": 202,
        "delete": 204,
        "restore": 200,
    }


@pytest.mark.parametrize("role", OTHERS)
async def test_nobody_else_does(company: Company, role: str) -> None:
    actor = await company.user(role)
    made = await webhook_with_delivery(company)
    before = await company.digest("webhooks", "webhook_deliveries", "events")
    assert set((await answers(actor, *made)).values()) == {403}
    assert await company.digest("webhooks", "webhook_deliveries", "events") == before


async def test_a_webhook_tells_what_its_maker_may_see(floor: Floor, works: Works, hook: Make) -> None:
    """An agent who may also connect systems: own customers, not those of others; what leaves the view is told."""
    company = floor.company
    agent = await company.user("account_manager", "administrator", team_id=floor.city)
    other = await company.user("account_manager", team_id=floor.city)
    async with inside() as there:
        made = await hook(there, "customer.*", actor=agent)
        mine = await agent.create("/customers", name="Mine")
        await other.create("/customers", name="Not mine")
        await works.everything()
        await company.owner.http.post(f"/customers/{mine['id']}/assign", json={"owner_id": other.id})
        await works.everything()
        bodies = [verified(request, made["secret"]) for request in there.requests]
    assert [(body["type"], body["data"]["object"]["id"]) for body in bodies] == [
        ("customer.created", mine["id"]),
        ("customer.left_view", mine["id"]),
    ]
    assert bodies[1]["data"]["changes"] == {}


async def test_field_rights_are_those_of_its_maker(company: Company, works: Works, hook: Make) -> None:
    marketer = await company.user("marketer")
    seller = await company.user("marketer", "administrator")
    async with inside() as there:
        made = await hook(there, "customer.*", actor=seller)
        await company.owner.create(
            "/customers", name="Acme", tax_id="91310115MA1K4", phones=["+86 21 5012 3456"]
        )
        await works.everything()
        [request] = there.requests
    body = verified(request, made["secret"])
    assert body["data"]["changes"]["tax_id"] == {"from": None, "to": None}
    assert {"tax_id", "phones"} <= set(body["data"]["redacted"])
    assert b"5012" not in request.body
    assert marketer.id != seller.id


async def test_rights_are_those_of_the_moment_of_sending(company: Company, works: Works, hook: Make) -> None:
    agent = await company.user("account_manager", "administrator")
    async with inside() as there:
        made = await hook(there, "customer.*", actor=agent)
        await agent.create("/customers", name="Mine")
        await works.take_up()
        changed = await company.owner.http.patch(f"/users/{agent.id}", json={"roles": ["administrator"]})
        assert changed.status_code == 200, changed.text
        await asyncio.sleep(1.1)  # principals are remembered for a second
        await works.send()
        assert there.requests == []
    [delivery] = await company.rows("webhook_deliveries", webhook_id=made["id"])
    assert (delivery["status"], delivery["error"]) == ("dropped", "not_visible")


@pytest.mark.parametrize("when", ["before it is taken up", "before it is sent"])
async def test_a_webhook_ends_with_whom_it_acts_for(
    company: Company, works: Works, hook: Make, when: str
) -> None:
    leaver = await company.user("company_owner")
    async with inside() as there:
        made = await hook(there, "customer.*", actor=leaver)
        await company.owner.create("/customers", name="Acme")
        if when == "before it is sent":
            await works.take_up()
        gone: Any = await company.owner.http.post(f"/users/{leaver.id}/disable", json={})
        assert gone.status_code == 200, gone.text
        await asyncio.sleep(1.1)
        await works.everything()
        assert there.requests == []
        webhook = (await company.owner.http.get(f"/webhooks/{made['id']}")).json()
        assert (webhook["active"], webhook["disabled_reason"]) == (False, "barred")
        # whoever switches it on answers for it from then on
        on = (await company.owner.http.patch(f"/webhooks/{made['id']}", json={"active": True})).json()
        assert (on["acts_as_id"], on["active"]) == (company.owner.id, True)


async def test_another_company_gets_nothing(
    company: Company, other_company: Company, works: Works, hook: Make
) -> None:
    async with inside() as there:
        await hook(there, "*")
        await works.everything()
        before = len(there.requests)
        await other_company.owner.create("/customers", name="Foreign")
        await works.everything()
        assert len(there.requests) == before
