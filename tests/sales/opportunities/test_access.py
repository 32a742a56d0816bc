"""Role × action × whose opportunity it is: the exact status, and nothing changed by a refusal."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.factories.companies import Actor, Company
from tests.factories.deals import Desk, faults, prepare
from tests.factories.everybody import everybody, expect
from tests.factories.floors import Floor
from tests.factories.grants import share

TABLES = ("opportunities", "opportunity_lines", "opportunity_stage_moves", "ownership_periods")
READS = ("get", "moves")
WORK = ("update", "update_stage", "move", "win", "lose", "delete")
LEAD = ("restore", "assign", "reopen")
ACTIONS = (*READS, *WORK, *LEAD)
DONE = dict.fromkeys(ACTIONS, 200) | {"delete": 204}


@dataclass(frozen=True)
class Act:
    """One action on one opportunity, in the state that the action needs."""

    name: str
    desk: Desk
    recipient: str

    async def prepare(self, owner: str | None) -> str:
        made = await self.desk.deal(owner_id=owner)
        path = f"/opportunities/{made['id']}"
        if self.name == "restore":
            assert (await self.desk.http.delete(path)).status_code == 204
        if self.name == "reopen":
            assert (await self.desk.http.post(f"{path}/win")).status_code == 200
        return path

    async def __call__(self, http: httpx.AsyncClient, path: str) -> httpx.Response:
        stage = {"stage_id": self.desk.stages["proposal"]}
        match self.name:
            case "get":
                return await http.get(path)
            case "moves":
                return await http.get(f"{path}/stage-moves")
            case "update":
                return await http.patch(path, json={"name": "New"})
            case "update_stage":
                return await http.patch(path, json=stage)
            case "delete":
                return await http.delete(path)
            case verb:
                bodies: dict[str, Any] = {"move": stage, "assign": {"owner_id": self.recipient}}
                bodies["lose"] = {"loss_reason": "other"}
                return await http.post(f"{path}/{verb}", json=bodies.get(verb, {}))


@pytest.mark.parametrize("name", ACTIONS)
async def test_an_agent_works_own_opportunities_and_sees_no_others(floor: Floor, name: str) -> None:
    act = Act(name, await prepare(floor.company), floor.agent.id)
    mine = 403 if name in LEAD else DONE[name]
    hidden = 403 if name in LEAD else 404
    for owner, status in (
        (floor.agent.id, mine),
        (floor.mate.id, hidden),
        (floor.supervisor.id, hidden),
        (floor.stranger.id, hidden),
        (None, hidden),
    ):
        path = await act.prepare(owner)
        await expect(floor.company, floor.agent, lambda http, p=path: act(http, p), status, *TABLES)


@pytest.mark.parametrize("name", ACTIONS)
async def test_a_supervisor_leads_what_is_below_and_sees_nothing_beside(floor: Floor, name: str) -> None:
    act = Act(name, await prepare(floor.company), floor.mate.id)
    for owner, status in (
        (floor.supervisor.id, DONE[name]),
        (floor.agent.id, DONE[name]),
        (floor.stranger.id, 404),
        (None, 404),
    ):
        path = await act.prepare(owner)
        await expect(floor.company, floor.supervisor, lambda http, p=path: act(http, p), status, *TABLES)


@pytest.mark.parametrize("name", ACTIONS)
async def test_what_the_other_roles_may(floor: Floor, name: str) -> None:
    actors = await everybody(floor.company)
    act = Act(name, await prepare(floor.company), floor.mate.id)
    statuses = {
        "administrator": 403,
        "executive": 200 if name in READS else 403,
        "support_agent": 403,
        "marketer": 403,
        "integration": DONE[name],
    }
    for role, status in statuses.items():
        for owner in (floor.agent.id, None):
            path = await act.prepare(owner)
            await expect(floor.company, actors[role], lambda http, p=path: act(http, p), status, *TABLES)


@pytest.mark.parametrize(("level", "may"), [("read", READS), ("write", (*READS, "update"))])
@pytest.mark.parametrize("name", ACTIONS)
async def test_what_is_shared_can_be_seen_and_with_write_changed_but_not_decided(
    floor: Floor, name: str, level: str, may: tuple[str, ...]
) -> None:
    act = Act(name, await prepare(floor.company), floor.agent.id)
    path = await act.prepare(floor.stranger.id)
    await share(floor.company, "opportunities", path.rpartition("/")[2], floor.agent.id, level)

    status = DONE[name] if name in may else 403
    await expect(floor.company, floor.agent, lambda http: act(http, path), status, *TABLES)


async def _named(actor: Actor) -> set[str]:
    listed = (await actor.http.get("/opportunities?include_total=true")).json()
    queried = (await actor.http.post("/opportunities/query", json={"include_total": True})).json()
    assert listed == queried
    assert listed["page"]["total"] == len(listed["data"])
    searched = (await actor.http.get("/opportunities?q=deal")).json()
    assert searched["data"] == listed["data"]
    return {row["name"].removeprefix("Deal ") for row in listed["data"]}


async def test_a_list_shows_what_is_within_reach(floor: Floor) -> None:
    desk, actors = await prepare(floor.company), await everybody(floor.company)
    people = {
        "agent": floor.agent,
        "mate": floor.mate,
        "supervisor": floor.supervisor,
        "stranger": floor.stranger,
    }
    for name, owner in people.items():
        await desk.deal(name=f"Deal {name}", owner_id=owner.id)
    shared = await desk.deal(name="Deal nobody", owner_id=None)
    await share(floor.company, "opportunities", shared["id"], floor.mate.id)
    everything = {*people, "nobody"}

    assert await _named(floor.agent) == {"agent"}
    assert await _named(floor.mate) == {"mate", "nobody"}
    assert await _named(floor.supervisor) == {"agent", "mate", "supervisor"}
    assert await _named(floor.stranger) == {"stranger"}
    assert await _named(actors["executive"]) == everything
    assert await _named(actors["integration"]) == everything
    for role in ("administrator", "support_agent", "marketer"):
        await expect(floor.company, actors[role], lambda http: http.get("/opportunities"), 403)


async def test_a_new_one_may_be_given_to_those_within_reach(floor: Floor) -> None:
    await prepare(floor.company)
    people = {
        "agent": floor.agent,
        "mate": floor.mate,
        "supervisor": floor.supervisor,
        "stranger": floor.stranger,
    }
    owners = {name: actor.id for name, actor in people.items()} | {"nobody": None}
    allowed = {"agent": {"agent"}, "supervisor": {"agent", "mate", "supervisor"}}
    for name, may in allowed.items():
        for recipient, owner_id in owners.items():
            body = {"name": "Deal", "owner_id": owner_id}
            status = 201 if recipient in may else 403
            await expect(
                floor.company,
                people[name],
                lambda http, b=body: http.post("/opportunities", json=b),
                status,
                *TABLES,
            )
    actors = await everybody(floor.company)
    for role in ("administrator", "executive", "support_agent", "marketer"):
        await expect(
            floor.company,
            actors[role],
            lambda http: http.post("/opportunities", json={"name": "D"}),
            403,
            *TABLES,
        )


async def test_a_supervisor_gives_to_those_below_only(floor: Floor) -> None:
    made = await floor.agent.create("/opportunities", name="Deal")
    path, to = f"/opportunities/{made['id']}", {"owner_id": floor.stranger.id}

    await expect(
        floor.company, floor.supervisor, lambda http: http.post(f"{path}/assign", json=to), 403, *TABLES
    )
    await expect(floor.company, floor.supervisor, lambda http: http.patch(path, json=to), 403, *TABLES)
    await expect(floor.company, floor.agent, lambda http: http.patch(path, json=to), 403, *TABLES)


async def test_what_one_cannot_see_cannot_be_named(floor: Floor) -> None:
    desk = await prepare(floor.company)
    answer = await floor.agent.http.post("/opportunities", json={"name": "D", "customer_id": desk.customer})
    assert faults(answer) == [("/customer_id", "reference_not_found")]


async def test_history_comes_from_integrations_and_owners(floor: Floor) -> None:
    desk, actors = await prepare(floor.company), await everybody(floor.company)
    body = {"name": "Old", "stage_id": desk.stages["lost"], "loss_reason": "other", "closed_on": "2017-01-01"}
    for actor, status in (
        (actors["integration"], 201),
        (floor.company.owner, 201),
        (floor.supervisor, 403),
        (floor.agent, 403),
    ):
        await expect(
            floor.company, actor, lambda http: http.post("/opportunities", json=body), status, *TABLES
        )


async def test_another_company_sees_nothing(company: Company, other_company: Company) -> None:
    desk, mine = await prepare(other_company), await prepare(company)
    act_names = [name for name in ACTIONS if name not in ("restore", "reopen")]
    for name in act_names:
        act = Act(name, desk, company.owner.id)
        path = await act.prepare(None)
        await expect(other_company, company.owner, lambda http, a=act, p=path: a(http, p), 404, *TABLES)
    for field, foreign in (
        ("customer_id", desk.customer),
        ("pipeline_id", desk.pipeline),
        ("stage_id", desk.stages["proposal"]),
    ):
        answer = await mine.http.post("/opportunities", json={"name": "D", field: foreign})
        assert faults(answer) == [(f"/{field}", "reference_not_found")]
    lines = {"name": "D", "lines": [desk.line("1")]}
    assert faults(await mine.http.post("/opportunities", json=lines)) == [
        ("/lines/0/product_id", "reference_not_found")
    ]
