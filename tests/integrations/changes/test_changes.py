"""`GET /changes`: everything a reader may know of what happened, in order, each once."""

from typing import Any

import asyncpg

from crm_api.integrations.changes.relay import relay_tenant
from crm_api.kit.registries import RESOURCES
from tests.factories.companies import Actor, Company
from tests.factories.everybody import key
from tests.factories.floors import Floor


async def relayed(company: Company) -> None:
    await relay_tenant(company.served.pool, company.tenant_id)


async def read(
    company: Company, reader: Actor, after: str | None = None, **query: Any
) -> list[dict[str, Any]]:
    """All changes after a place."""
    await relayed(company)
    found: list[dict[str, Any]] = []
    more = True
    while more:
        answer = await reader.http.get("/changes", params={**({"after": after} if after else {}), **query})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        found += body["data"]
        after, more = body["page"]["after"], body["page"]["has_more"]
    return found


async def now(company: Company, reader: Actor) -> str:
    await relayed(company)
    return (await reader.http.get("/changes", params={"after": "now"})).json()["page"]["after"]


def short(changes: list[dict[str, Any]]) -> list[tuple[str, str, Any]]:
    return [(change["type"], change["object"]["id"], change["object"]["version"]) for change in changes]


async def test_a_change_says_who_did_what_to_which_record(company: Company) -> None:
    start = await now(company, company.owner)
    made = await company.owner.create("/customers", name="Acme", industry="saas")
    await company.owner.http.patch(f"/customers/{made['id']}", json={"industry": None, "level": "A"})
    await company.owner.http.delete(f"/customers/{made['id']}")

    created, updated, deleted = await read(company, company.owner, start)

    events = {str(row["id"]): row for row in await company.rows("events")}
    assert updated == {
        "id": updated["id"],
        "type": "customer.updated",
        "at": events[updated["id"]]["created_at"].isoformat().replace("+00:00", "Z"),
        "actor": {"id": company.owner.id, "kind": "user", "name": updated["actor"]["name"]},
        "object": {"type": "customer", "id": made["id"], "version": 2},
        "changes": {"industry": {"from": "saas", "to": None}, "level": {"from": None, "to": "A"}},
        "redacted": [],
    }
    assert updated["actor"]["name"]
    assert (created["type"], created["changes"]["name"]) == ("customer.created", {"from": None, "to": "Acme"})
    assert (deleted["type"], deleted["object"]) == (
        "customer.deleted",
        {"type": "customer", "id": made["id"], "version": 3},
    )


async def test_pages_of_any_size_give_the_same_feed(company: Company) -> None:
    for number in range(7):
        await company.owner.create("/customers", name=f"C{number}")
    whole = await read(company, company.owner)
    assert len(whole) == len(await company.rows("events"))
    for limit in (1, 2, 3, 200):
        assert await read(company, company.owner, limit=limit) == whole


async def test_only_the_types_asked_for(company: Company) -> None:
    start = await now(company, company.owner)
    made = await company.owner.create("/customers", name="Acme")
    await company.owner.http.patch(f"/customers/{made['id']}", json={"level": "A"})
    await company.owner.create("/products", code="P", name="Thing")
    for types, expected in (
        ("customer.updated", ["customer.updated"]),
        ("customer.*", ["customer.created", "customer.updated"]),
        ("product.created,customer.created", ["customer.created", "product.created"]),
        ("opportunity.*", []),
    ):
        assert [c["type"] for c in await read(company, company.owner, start, types=types)] == expected


async def test_what_cannot_be_asked_is_refused(company: Company, other_company: Company) -> None:
    token = await now(company, company.owner)
    cases = [
        ({"after": "x"}, "after"),
        ({"types": "custmer.created"}, "types"),
        ({"types": "customer"}, "types"),
    ]
    cases += [({"limit": "0"}, "limit"), ({"limit": "201"}, "limit"), ({"cursor": "x"}, "cursor")]
    for query, parameter in cases:
        answer = await company.owner.http.get("/changes", params=query)
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, parameter), query
    assert (await other_company.owner.http.get("/changes", params={"after": token})).status_code == 400


async def test_an_empty_feed_begins_at_its_beginning(company: Company) -> None:
    body = (await company.owner.http.get("/changes")).json()
    assert (body["data"], body["page"]["has_more"]) == ([], False)
    made = await company.owner.create("/customers", name="Acme")
    assert made["id"] in [
        c["object"]["id"] for c in await read(company, company.owner, body["page"]["after"])
    ]


async def test_a_feed_that_was_set_back_is_noticed(company: Company, databases: Any) -> None:
    """As after a restore: positions are given again, to other events."""
    await company.owner.create("/customers", name="Lost")
    token = await now(company, company.owner)
    connection = await asyncpg.connect(databases.admin_dsn)
    tenant = company.tenant_id
    position = await connection.fetchval("SELECT position FROM feed_heads WHERE tenant_id = $1", tenant)
    await connection.execute("DELETE FROM feed WHERE tenant_id = $1 AND position = $2", tenant, position)
    await connection.execute(
        "DELETE FROM chain WHERE tenant_id = $1 AND log = 'events' AND number = $2", tenant, position
    )
    await connection.execute("UPDATE feed_heads SET position = $2 WHERE tenant_id = $1", tenant, position - 1)
    await connection.close()

    for _ in range(2):
        answer = await company.owner.http.get("/changes", params={"after": token})
        assert (answer.status_code, answer.json()["code"]) == (410, "changes_rewound")
        await company.owner.create("/customers", name="Instead")
        await relayed(company)


async def test_everybody_reads_what_they_reach(floor: Floor) -> None:
    company = floor.company
    start = await now(company, company.owner)
    mine = await floor.agent.create("/customers", name="Mine")
    theirs = await floor.stranger.create("/customers", name="Theirs")
    seen = {
        who: [c["object"]["id"] for c in await read(company, actor, start)]
        for who, actor in (
            ("agent", floor.agent),
            ("mate", floor.mate),
            ("supervisor", floor.supervisor),
            ("owner", company.owner),
        )
    }
    assert seen == {
        "agent": [mine["id"]],
        "mate": [],
        "supervisor": [mine["id"]],
        "owner": [mine["id"], theirs["id"]],
    }


async def test_a_record_enters_and_leaves_views(floor: Floor) -> None:
    company = floor.company
    made = await floor.agent.create("/customers", name="Acme", level="A")
    start = await now(company, company.owner)
    answer = await company.owner.http.post(
        f"/customers/{made['id']}/assign", json={"owner_id": floor.stranger.id}
    )
    assert answer.status_code == 200
    await floor.stranger.http.patch(f"/customers/{made['id']}", json={"level": "B"})

    (left,) = await read(company, floor.agent, start)
    assert (left["type"], left["object"], left["actor"], left["changes"]) == (
        "customer.left_view",
        {"type": "customer", "id": made["id"], "version": None},
        None,
        {},
    )
    entered, updated = await read(company, floor.stranger, start)
    state = (await floor.stranger.http.get(f"/customers/{made['id']}")).json()
    del state["redacted"]
    assert (entered["type"], entered["object"]["version"]) == ("customer.entered_view", 3)
    assert entered["changes"] == {name: {"from": None, "to": value} for name, value in state.items()}
    assert (updated["type"], updated["object"]["version"]) == ("customer.updated", 3)
    assert [c["type"] for c in await read(company, floor.supervisor, start)] == ["customer.left_view"]
    assert [c["type"] for c in await read(company, company.owner, start)] == [
        "customer.assigned",
        "customer.updated",
    ]
    assert await read(company, floor.mate, start) == []


async def test_a_deleted_record_leaves_a_tombstone_for_those_who_saw_it(floor: Floor) -> None:
    made = await floor.agent.create("/customers", name="Acme")
    start = await now(floor.company, floor.company.owner)
    await floor.agent.http.delete(f"/customers/{made['id']}")
    for reader, expected in ((floor.agent, ["customer.deleted"]), (floor.mate, [])):
        assert [c["type"] for c in await read(floor.company, reader, start)] == expected


async def test_field_rights_hold_on_both_sides_of_a_change(company: Company) -> None:
    agent, marketer = await company.user("support_agent"), await company.user("marketer")
    made = await company.owner.create("/customers", name="Acme", tax_id="91310000MA1K35X")
    start = await now(company, company.owner)
    body = {"tax_id": "91310000MA1K99Z", "level": "A", "phones": ["13800138000"]}
    answer = await company.owner.http.patch(f"/customers/{made['id']}", json=body)
    assert answer.status_code == 200, answer.text
    (masked,) = await read(company, agent, start)
    assert masked["changes"]["tax_id"] == {"from": "***********K35X", "to": "***********K99Z"}
    assert (masked["redacted"], masked["changes"]["level"]) == (["tax_id"], {"from": None, "to": "A"})
    (hidden,) = await read(company, marketer, start)
    assert hidden["changes"]["tax_id"] == hidden["changes"]["phones"] == {"from": None, "to": None}
    assert hidden["redacted"] == ["phones", "tax_id"]


async def test_moving_to_another_team_is_told_record_by_record(floor: Floor) -> None:
    company = floor.company
    made = await floor.agent.create("/customers", name="Acme")
    start = await now(company, company.owner)
    moved = await company.owner.http.post(f"/users/{floor.agent.id}/move", json={"team_id": floor.south})
    assert moved.status_code == 200

    record = (await floor.agent.http.get(f"/customers/{made['id']}")).json()
    assert (record["version"], record["team_id"], record["updated_by"]) == (2, floor.south, company.owner.id)
    access, restamped = sorted(await read(company, floor.agent, start), key=lambda change: change["type"])
    assert (access["type"], access["object"]["id"]) == ("access.changed", floor.agent.id)
    assert (restamped["type"], restamped["object"]["version"]) == ("customer.restamped", 2)
    assert restamped["changes"] == {"team_id": {"from": floor.city, "to": floor.south}}
    told = await read(company, floor.supervisor, start)
    assert {change["type"] for change in told} == {"user.moved", "customer.left_view"}


async def test_a_change_of_roles_is_told_to_whom_it_concerns(company: Company) -> None:
    user, other = await company.user("account_manager"), await company.user("account_manager")
    start = await now(company, company.owner)
    body = {"roles": ["account_manager", "marketer"]}
    assert (await company.owner.http.patch(f"/users/{user.id}", json=body)).status_code == 200
    assert [c["type"] for c in await read(company, user, start)] == ["access.changed"]
    assert [c["type"] for c in await read(company, user, start, types="access.changed")] == ["access.changed"]
    assert [c["type"] for c in await read(company, other, start)] == ["user.updated"]
    assert await read(company, other, start, types="access.*") == []


async def test_a_moved_team_changes_the_access_of_those_above_and_below(floor: Floor) -> None:
    company = floor.company
    start = await now(company, company.owner)
    answer = await company.owner.http.post(f"/teams/{floor.city}/move", json={"parent_id": floor.south})
    assert answer.status_code == 200
    assert [c["type"] for c in await read(company, floor.supervisor, start)] == ["access.changed"]
    assert [c["type"] for c in await read(company, floor.agent, start)] == ["team.moved"]


async def test_a_key_reads_only_what_its_permissions_name(company: Company) -> None:
    start = await now(company, company.owner)
    made = await company.owner.create("/customers", name="Acme")
    await company.owner.create("/products", code="P", name="Thing")
    reader = await key(company, "changes:read", "customers:read")
    (change,) = await read(company, reader, start)
    assert change["object"]["id"] == made["id"]
    assert change["actor"] == {"id": company.owner.id, "kind": "user", "name": None}
    without = await key(company, "customers:read")
    assert (await without.http.get("/changes")).status_code == 403


async def test_a_page_costs_the_same_however_many_changes_it_has(company: Company, statements: Any) -> None:
    agent = await company.user("account_manager", team_id=await company.team())
    counts = []
    for _ in range(2):
        for _ in range(5):
            made = await company.owner.create("/customers", name="Acme")
            await company.owner.http.post(f"/customers/{made['id']}/assign", json={"owner_id": agent.id})
        await relayed(company)
        await agent.http.get("/changes")
        async with statements.counted() as sent:
            assert (await agent.http.get("/changes", params={"limit": 200})).status_code == 200
        counts.append(sent.verbs)
    assert counts[0] == counts[1]
    # the window, the events, the states of what entered, and what is visible of each resource
    assert counts[0].count("SELECT") <= len(RESOURCES) + 3
