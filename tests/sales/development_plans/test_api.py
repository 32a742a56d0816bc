"""Development plans over HTTP: composed, worked on, ended."""

import asyncio
from typing import Any

import httpx

from tests.factories.companies import Actor, Company
from tests.factories.deals import Desk, faults, prepare, refusal

TABLES = (
    "development_plans",
    "development_plan_items",
    "opportunities",
    "opportunity_stage_moves",
    "customers",
    "events",
)
ITEMS = [{"action": "拜访", "due_on": "2020-03-01"}, {"action": "报价", "due_on": "2999-01-01"}]


async def plan(desk: Desk, actor: Actor | None = None, **body: Any) -> dict[str, Any]:
    """A draft for a new deal, unless the body names one."""
    deal = body.pop("opportunity_id", None) or (await desk.deal())["id"]
    given = {"name": "计划", "items": ITEMS, "opportunity_id": deal, **body}
    return await (actor or desk.company.owner).create("/development-plans", **given)


async def started(desk: Desk, **body: Any) -> dict[str, Any]:
    made = await plan(desk, **body)
    answer = await verb(desk, made, "start")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def verb(desk: Desk, made: dict[str, Any], name: str, **body: Any) -> httpx.Response:
    return await desk.http.post(f"/development-plans/{made['id']}/{name}", **({"json": body} if body else {}))


async def test_a_plan_is_made_worked_on_and_ended(company: Company) -> None:
    desk, manager = await prepare(company), await company.user("account_manager")
    deal = await desk.deal(owner_id=manager.id)
    helper = await company.user("account_manager")
    items = [*ITEMS, {"action": "演示", "owner_id": helper.id}]

    made = await plan(desk, manager, opportunity_id=deal["id"], goal="拿下", items=items)
    path = f"/development-plans/{made['id']}"

    assert (made["status"], made["owner_id"], made["next_due_on"]) == ("draft", manager.id, "2020-03-01")
    assert [item["owner_id"] for item in made["items"]] == [manager.id, manager.id, helper.id]
    shown = (await manager.http.get(f"{path}?expand=opportunity,owner")).json()
    assert (shown["opportunity"]["name"], shown["owner"]["id"]) == ("Deal", manager.id)
    assert (await manager.http.get(path)).json() == made

    # composed: in another order, one item gone
    first, second, third = made["items"]
    changed = await manager.http.patch(
        path, json={"items": [{"id": third["id"]}, {"id": first["id"], "action": "再访"}]}
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["items"] == [third, {**first, "action": "再访"}]
    assert (await manager.http.post(f"{path}/start")).json()["status"] == "executing"

    # worked on
    done = await manager.http.post(f"{path}/items/{first['id']}/complete", json={"result": "预算已批"})
    assert done.status_code == 200, done.text
    item = done.json()["items"][1]
    assert (item["result"], item["done"], item["done_at"] is None) == ("预算已批", True, False)
    assert done.json()["next_due_on"] is None
    (told,) = await company.rows("events", type="development_plan.item_completed")
    assert told["changes"].keys() == {"items", "next_due_on"}
    again = await manager.http.post(f"{path}/items/{first['id']}/complete", json={"result": "x"})
    assert refusal(again) == (409, "plan_item_done")
    nothing = await manager.http.post(f"{path}/items/{second['id']}/complete", json={"result": "x"})
    assert nothing.status_code == 404
    undone = [{"id": first["id"], "done": False}, {"id": third["id"], "done": True, "result": "好"}]
    by_hand = (await manager.http.patch(path, json={"items": undone})).json()
    assert [(i["done"], i["done_at"] is None) for i in by_hand["items"]] == [(False, True), (True, False)]
    assert by_hand["next_due_on"] == "2020-03-01"

    # ended
    ended = (await manager.http.post(f"{path}/succeed")).json()
    assert (ended["status"], ended["next_due_on"]) == ("succeeded", None)
    assert (await manager.http.get(path)).json() == ended
    assert [event["type"].partition(".")[2] for event in await company.rows("events", record_id=made["id"])] == [
        "created", "updated", "started", "item_completed", "updated", "succeeded",
    ]  # fmt: skip


async def test_overdue_plans_are_listed(company: Company) -> None:
    desk = await prepare(company)
    late, later = await started(desk), await started(desk, items=ITEMS[1:])
    await plan(desk, items=[{"action": "无期限"}])

    query = "/development-plans?status=executing&next_due_on[lt]=today"
    assert [found["id"] for found in (await desk.http.get(query)).json()["data"]] == [late["id"]]
    ordered = (await desk.http.get("/development-plans?sort=next_due_on")).json()["data"]
    assert [found["id"] for found in ordered][:2] == [late["id"], later["id"]]


async def test_what_is_wrong_is_named_and_changes_nothing(company: Company) -> None:
    desk = await prepare(company)
    http, closed = desk.http, await desk.won()
    made, idle = await plan(desk), await plan(desk, items=[])
    running = await started(desk)
    path = f"/development-plans/{made['id']}"
    before = await company.digest(*TABLES)

    draft_work = {"items": [{"id": made["items"][0]["id"], "done": True}, {"action": "a", "result": "r"}]}
    assert faults(await http.patch(path, json=draft_work)) == [
        ("/items/0/done", "not_in_status"),
        ("/items/1/result", "not_in_status"),
    ]
    for body, fault in (
        ({"items": [{"due_on": "2026-01-01"}]}, ("/items/0/action", "required")),
        (
            {"items": [{"action": "a", "owner_id": desk.customer}]},
            ("/items/0/owner_id", "reference_not_found"),
        ),
        ({"owner_id": desk.customer}, ("/owner_id", "reference_not_found")),
        ({"opportunity_id": closed["id"]}, ("/opportunity_id", "unknown_field")),
        ({"status": "executing"}, ("/status", "unknown_field")),
        ({"items": [{"action": "a", "done_at": None}]}, ("/items/0/done_at", "unknown_field")),
    ):
        assert faults(await http.patch(path, json=body)) == [fault]
    unknown = {"name": "P", "opportunity_id": desk.customer}
    assert faults(await http.post("/development-plans", json=unknown)) == [
        ("/opportunity_id", "reference_not_found")
    ]
    late = {"name": "P", "opportunity_id": closed["id"]}
    assert refusal(await http.post("/development-plans", json=late)) == (409, "opportunity_closed")
    assert refusal(await verb(desk, idle, "start")) == (409, "plan_empty")
    assert faults(await verb(desk, running, "fail", failure_reason="none", failure_note="x")) == [
        ("/failure_reason", "not_a_choice")
    ]
    assert faults(await verb(desk, running, "fail", failure_reason="other")) == [
        ("/failure_note", "required")
    ]
    assert await company.digest(*TABLES) == before


async def test_one_plan_for_a_deal_and_another_after_a_failed_one(company: Company) -> None:
    desk = await prepare(company)
    http = desk.http
    for _ in range(3):
        deal = await desk.deal()
        body = {"name": "P", "opportunity_id": deal["id"], "items": ITEMS}
        answers = await asyncio.gather(*(http.post("/development-plans", json=body) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
        made = next(answer.json() for answer in answers if answer.status_code == 201)
        for late in (answer.json() for answer in answers if answer.status_code == 409):
            assert late["code"] == "duplicate"
            assert late["duplicates"] == [{"id": made["id"], "field": "opportunity_id"}]
        assert len(await company.rows("development_plans", opportunity_id=deal["id"])) == 1

    # deleted and replaced, it does not come back; failed, it makes room
    path = f"/development-plans/{made['id']}"
    assert (await http.delete(path)).status_code == 204
    other = await plan(desk, opportunity_id=deal["id"])
    assert refusal(await http.post(f"{path}/restore")) == (409, "duplicate")
    assert (await verb(desk, other, "start")).status_code == 200
    failed = await verb(desk, other, "fail", failure_reason="timing", failure_note="预算推迟")
    assert (failed.json()["failure_reason"], failed.json()["next_due_on"]) == ("timing", None)
    assert (await http.post(f"{path}/restore")).json()["status"] == "draft"
    assert len((await http.get(f"/development-plans?opportunity_id={deal['id']}")).json()["data"]) == 2


async def test_an_item_is_done_once_whoever_is_at_it(company: Company) -> None:
    desk = await prepare(company)
    made = await started(desk)
    path = f"items/{made['items'][0]['id']}/complete"

    answers = await asyncio.gather(*(verb(desk, made, path, result=str(n)) for n in range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    (row,) = await company.rows("development_plan_items", id=made["items"][0]["id"])
    assert row["result"] == next(a.json()["items"][0]["result"] for a in answers if a.status_code == 200)
    assert len(await company.rows("events", type="development_plan.item_completed")) == 1


async def test_it_succeeds_or_fails_never_both(company: Company) -> None:
    desk = await prepare(company)
    for _ in range(3):
        made = await started(desk)
        answers = await asyncio.gather(
            verb(desk, made, "succeed"),
            verb(desk, made, "fail", failure_reason="other", failure_note="x"),
            desk.http.patch(f"/development-plans/{made['id']}", json={"goal": "z"}),
        )
        assert sorted(answer.status_code for answer in answers[:2]) == [200, 409]
        (row,) = await company.rows("development_plans", id=made["id"])
        assert (row["status"] == "failed") == (answers[1].status_code == 200) == (row["failure_note"] == "x")


async def test_success_may_move_the_deal_and_its_customer_all_or_nothing(company: Company) -> None:
    desk = await prepare(company)
    stages = [
        {"key": "a", "name": "A", "kind": "open"},
        {"key": "b", "name": "B", "kind": "open", "required_plan_status": "succeeded"},
        {"key": "c", "name": "C", "kind": "open", "required_fields": ["next_step"]},
        {"key": "won", "name": "Won", "kind": "won", "required_plan_status": "executing"},
        {"key": "lost", "name": "Lost", "kind": "lost"},
    ]
    pipeline = await company.owner.create("/pipelines", name="Planned", stages=stages)
    a, b, c, won, _ = (stage["id"] for stage in pipeline["stages"])
    deal = await desk.deal(stage_id=a)
    path = f"/opportunities/{deal['id']}"
    made = await started(desk, opportunity_id=deal["id"])
    rows = [table for table in TABLES if table != "events"]  # making a key is an event
    before = await company.digest(*rows)

    early = await desk.http.post(f"{path}/move", json={"stage_id": b})
    assert refusal(early) == (409, "stage_gate")
    (fault,) = early.json()["errors"]
    assert (fault["pointer"], fault["code"], fault["params"]) == (
        "/stage_id",
        "plan_required",
        {"status": "succeeded"},
    )
    gate = await verb(desk, made, "succeed", stage_id=c, lifecycle="customer")
    assert refusal(gate) == (409, "stage_gate")
    assert faults(await verb(desk, made, "succeed", stage_id=won)) == [("/stage_id", "use_win_or_lose")]
    # each part needs its own right
    for lacking in ("opportunities:move", "customers:update"):
        rights = {"opportunities:read", "opportunities:update", "opportunities:move", "customers:read",
                  "customers:update", "development_plans:read", "development_plans:succeed"} - {lacking}  # fmt: skip
        key = await company.owner.create("/api-keys", name="K", permissions=sorted(rights))
        http = company.client(key["secret"])
        body = {"stage_id": b, "lifecycle": "customer"}
        refused = await http.post(f"/development-plans/{made['id']}/succeed", json=body)
        assert refused.status_code == 403, lacking
    assert await company.digest(*rows) == before
    told = [event["type"] for event in await company.rows("events")]
    assert not {"development_plan.succeeded", "opportunity.moved", "customer.updated"} & set(told)

    ended = await verb(desk, made, "succeed", stage_id=b, lifecycle="customer")
    assert ended.status_code == 200, ended.text
    assert (await desk.http.get(path)).json()[
        "stage_id"
    ] == b  # its gate asked for the plan that succeeded with it
    assert (await desk.http.get(f"/customers/{desk.customer}")).json()["lifecycle"] == "customer"
    told = [event["type"] for event in await company.rows("events")]
    for event in ("development_plan.succeeded", "opportunity.moved", "customer.updated"):
        assert told.count(event) == 1, event

    # winning asks for a plan as well, and a deal without a customer has nobody to promote
    bare = await desk.deal(stage_id=a, customer_id=None)
    assert refusal(await desk.http.post(f"/opportunities/{(await desk.deal(stage_id=a))['id']}/win")) == (
        409,
        "stage_gate",
    )
    nobody = await started(desk, opportunity_id=bare["id"])
    assert refusal(await verb(desk, nobody, "succeed", lifecycle="loyal")) == (409, "deal_without_customer")
    assert (await desk.http.post(f"{path}/win")).status_code == 200
