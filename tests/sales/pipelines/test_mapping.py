"""A stage that goes while deals stand in it: they move where the mapping says, all of them, and are told of."""

import asyncio
from typing import Any

from tests.factories.companies import Company
from tests.factories.deals import Desk, faults, prepare, refusal
from tests.factories.everybody import key
from tests.factories.floors import furnish

TABLES = ("pipelines", "pipeline_stages", "opportunities", "opportunity_stage_moves", "events")
KINDS = {"a": "open", "b": "open", "c": "open", "won": "won", "sold": "won", "lost": "lost"}
STAGES = [{"key": key, "name": key.upper(), "kind": kind, "probability": 30} for key, kind in KINDS.items()]


async def pipeline(company: Company) -> tuple[str, dict[str, dict[str, Any]]]:
    made = await company.owner.create("/pipelines", name="P", stages=STAGES)
    return f"/pipelines/{made['id']}", {stage["key"]: stage for stage in made["stages"]}


def without(stages: dict[str, dict[str, Any]], *keys: str, **mapping: str) -> dict[str, Any]:
    """A body that drops some stages; `a="b"` maps one to another."""
    pairs = [
        {"from_stage_id": stages[source]["id"], "to_stage_id": stages[target]["id"]}
        for source, target in mapping.items()
    ]
    return {"stages": [stage for name, stage in stages.items() if name not in keys], "stage_mapping": pairs}


async def test_everything_in_a_stage_moves_with_it(company: Company) -> None:
    desk = await prepare(company)
    http = desk.http
    path, stages = await pipeline(company)
    opened = await desk.deal(stage_id=stages["a"]["id"], probability=77)
    gone = await desk.deal(stage_id=stages["a"]["id"])
    assert (await http.delete(f"/opportunities/{gone['id']}")).status_code == 204
    elsewhere = await desk.deal(stage_id=stages["b"]["id"])
    won = await desk.deal(stage_id=stages["won"]["id"], opened_on="2026-01-01", closed_on="2026-02-01")
    before = await company.digest(*TABLES)

    unmapped = await http.patch(path, json=without(stages, "a", "won", a="b"))
    assert refusal(unmapped) == (409, "stage_in_use")
    assert "stage_mapping" in unmapped.json()["detail"]
    for wrong, fault in (
        (without(stages, "a", a="won"), ("to_stage_id", "wrong_stage_kind")),
        (without(stages, "a", "b", a="b"), ("to_stage_id", "reference_not_found")),
        (without(stages, b="a"), ("from_stage_id", "stage_stays")),
        ({"stage_mapping": without(stages, a="b")["stage_mapping"]}, ("from_stage_id", "stage_stays")),
    ):
        assert faults(await http.patch(path, json=wrong)) == [(f"/stage_mapping/0/{fault[0]}", fault[1])]
    foreign = without(stages, "a", a="b")
    foreign["stage_mapping"][0]["to_stage_id"] = desk.stages["prospecting"]
    assert faults(await http.patch(path, json=foreign)) == [
        ("/stage_mapping/0/to_stage_id", "reference_not_found")
    ]
    assert await company.digest(*TABLES) == before

    # an administrator, who sees no deals, rebuilds the pipeline
    administrator = await company.user("administrator")
    done = await administrator.http.patch(path, json=without(stages, "a", "won", a="c", won="sold"))
    assert done.status_code == 200, done.text
    assert [stage["key"] for stage in done.json()["stages"]] == ["b", "c", "sold", "lost"]

    for deal, source, target in ((opened, "a", "c"), (gone, "a", "c"), (won, "won", "sold")):
        (row,) = await company.rows("opportunities", id=deal["id"])
        (move,) = await company.rows("opportunity_stage_moves", opportunity_id=deal["id"])
        told = (await company.rows("events", record_id=deal["id"]))[-1]
        version = deal["version"] + (2 if deal is gone else 1)
        assert (str(row["stage_id"]), row["version"], row["probability"]) == (
            stages[target]["id"],
            version,
            30,
        )
        assert (move["from_stage_name"], move["to_stage_name"]) == (source.upper(), target.upper())
        assert (row["stage_entered_at"], str(row["updated_by"])) == (move["moved_at"], administrator.id)
        assert (told["type"], told["version"]) == ("opportunity.moved", version)
        assert told["changes"]["stage_id"] == {"from": stages[source]["id"], "to": stages[target]["id"]}
    after = (await http.get(f"/opportunities/{won['id']}")).json()
    assert (after["status"], after["closed_on"], after["amount"]) == ("won", "2026-02-01", won["amount"])
    assert (await http.get(f"/opportunities/{elsewhere['id']}")).json() == elsewhere

    # what changes its kind goes too
    turned = without(stages, "a", "won", b="c")
    turned["stages"][0] = {**turned["stages"][0], "kind": "lost"}
    assert (await http.patch(path, json=turned)).status_code == 200
    assert (await http.get(f"/opportunities/{elsewhere['id']}")).json()["stage_id"] == stages["c"]["id"]


async def test_of_two_who_drop_a_stage_at_once_one_is_too_late(company: Company) -> None:
    desk = await prepare(company)
    path, stages = await pipeline(company)
    deals = [await desk.deal(stage_id=stages["a"]["id"]) for _ in range(4)]
    bodies = [without(stages, "a", a=target) for target in ("b", "c", "b")]

    answers = await asyncio.gather(*(desk.http.patch(path, json=body) for body in bodies))

    assert sorted(answer.status_code for answer in answers) == [200, 422, 422]
    rows = [row for deal in deals for row in await company.rows("opportunities", id=deal["id"])]
    assert len({row["stage_id"] for row in rows}) == 1
    assert {row["version"] for row in rows} == {2}
    assert len(await company.rows("opportunity_stage_moves")) == 4


async def test_deals_that_come_and_go_meanwhile_are_not_lost(company: Company) -> None:
    desk = await prepare(company)
    http = desk.http
    for _ in range(4):
        path, stages = await pipeline(company)
        inside, outside = [await desk.deal(stage_id=stages[name]["id"]) for name in ("a", "b")]

        dropped, left, came, made = await asyncio.gather(
            http.patch(path, json=without(stages, "a", a="c")),
            http.post(f"/opportunities/{inside['id']}/move", json={"stage_id": stages["b"]["id"]}),
            http.post(f"/opportunities/{outside['id']}/move", json={"stage_id": stages["a"]["id"]}),
            http.post("/opportunities", json={"name": "New", "stage_id": stages["a"]["id"]}),
        )

        assert (dropped.status_code, left.status_code) == (200, 200), (dropped.text, left.text)
        assert {came.status_code, made.status_code} <= {200, 201, 409, 422}
        remaining = {stage["id"] for stage in dropped.json()["stages"]}
        for row in await company.rows("opportunities", pipeline_id=path.rpartition("/")[2]):
            assert str(row["stage_id"]) in remaining
            steps = await company.rows("opportunity_stage_moves", opportunity_id=row["id"])
            events = await company.rows("events", record_id=row["id"], type="opportunity.moved")
            assert row["version"] == len(steps) + 1 == len(events) + 1
            assert row["stage_entered_at"] in [step["moved_at"] for step in steps] or not steps


async def test_stages_are_listed_with_the_deals_one_may_see(company: Company) -> None:
    desk, floor = await prepare(company), await furnish(company)
    path, stages = await pipeline(company)
    for owner, name in ((floor.agent, "a"), (floor.mate, "a"), (floor.stranger, "b"), (floor.agent, "won")):
        await desk.deal(stage_id=stages[name]["id"], owner_id=owner.id)
    deleted = await desk.deal(stage_id=stages["a"]["id"], owner_id=floor.agent.id)
    await desk.http.delete(f"/opportunities/{deleted['id']}")

    expected = {floor.agent: (1, 0, 0), floor.supervisor: (2, 0, 0), company.owner: (2, 1, 0)}
    for actor, counts in expected.items():
        answer = await actor.http.get(f"{path}/stages")
        assert answer.status_code == 200, answer.text
        listed = answer.json()["data"]
        assert [stage["key"] for stage in listed] == list(KINDS)
        assert tuple(stage["open_opportunities"] for stage in listed[:4]) == (*counts, 0)
    blind = await key(company, "pipelines:read")
    listed = (await blind.http.get(f"{path}/stages")).json()["data"]
    assert {stage["open_opportunities"] for stage in listed} == {None}
    assert (await blind.http.get(f"/pipelines/{desk.customer}/stages")).status_code == 404


async def journey(desk: Desk, deal_id: str) -> list[tuple[str, str]]:
    moves = (await desk.http.get(f"/opportunities/{deal_id}/stage-moves")).json()["data"]
    return [(move["from_stage_name"], move["to_stage_name"]) for move in moves]


async def test_the_steps_of_a_deal_are_its_journey(company: Company) -> None:
    desk = await prepare(company)
    _, stages = await pipeline(company)
    deal = await desk.deal(stage_id=stages["a"]["id"])
    path = f"/opportunities/{deal['id']}"
    for verb, body in (
        ("move", {"stage_id": stages["b"]["id"]}),
        ("win", {}),
        ("reopen", {"stage_id": stages["c"]["id"]}),
        ("lose", {"loss_reason": "other"}),
    ):
        assert (await desk.http.post(f"{path}/{verb}", json=body)).status_code == 200

    steps = await company.rows("opportunity_stage_moves", opportunity_id=deal["id"])
    steps.sort(key=lambda step: step["moved_at"])
    assert await journey(desk, deal["id"]) == [("A", "B"), ("B", "WON"), ("WON", "C"), ("C", "LOST")]
    # each stage is left as the next is entered, and the time between is what was spent there
    (row,) = await company.rows("opportunities", id=deal["id"])
    entered = [row["created_at"], *(step["moved_at"] for step in steps)]
    assert entered[-1] == row["stage_entered_at"]
    for start, step in zip(entered, steps, strict=False):
        assert abs(step["dwell_seconds"] - (step["moved_at"] - start).total_seconds()) <= 1
