"""Moving, winning, losing, reopening, and bringing in what is over already."""

from datetime import date, timedelta
from typing import Any

import pytest

from crm_api.kit import clock
from tests.factories.companies import Company
from tests.factories.deals import Desk, dollars, faults, prepare, refusal

VERBS = {"move": {"stage_id": None}, "win": {}, "lose": {"loss_reason": "other"}}


async def _moves(desk: Desk, deal_id: str) -> list[tuple[str, str]]:
    answer = await desk.http.get(f"/opportunities/{deal_id}/stage-moves")
    assert answer.status_code == 200, answer.text
    keys = {stage_id: key for key, stage_id in desk.stages.items()}
    return [(keys[move["from_stage_id"]], keys[move["to_stage_id"]]) for move in answer.json()["data"]]


def _today() -> str:
    return clock.today("Asia/Shanghai").isoformat()


async def test_a_move_is_logged_with_the_time_spent(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal(probability=99)
    path = f"/opportunities/{made['id']}"

    with clock.frozen(clock.now() + timedelta(minutes=5)):
        moved = await desk.http.post(f"{path}/move", json={"stage_id": desk.stages["proposal"]})

    assert moved.status_code == 200, moved.text
    assert (
        moved.json() | {"stage_id": desk.stages["proposal"], "probability": 50, "version": 2} == moved.json()
    )
    (move,) = (await desk.http.get(f"{path}/stage-moves")).json()["data"]
    assert 299 <= move.pop("dwell_seconds") <= 300
    assert move == {
        "id": move["id"],
        "from_stage_id": desk.stages["prospecting"],
        "from_stage_name": "初步接触",
        "to_stage_id": desk.stages["proposal"],
        "to_stage_name": "方案报价",
        "moved_at": moved.json()["stage_entered_at"],
        "moved_by": company.owner.id,
    }
    assert len(await company.rows("events", type="opportunity.moved")) == 1


async def test_a_new_stage_in_a_change_is_a_move(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal()
    path = f"/opportunities/{made['id']}"

    moved = await desk.http.patch(
        path, json={"stage_id": desk.stages["proposal"], "name": "New", "probability": 42}
    )

    assert (moved.json()["name"], moved.json()["probability"]) == ("New", 42)
    assert await _moves(desk, made["id"]) == [("prospecting", "proposal")]
    assert len(await company.rows("events", type="opportunity.moved")) == 1
    same = await desk.http.patch(path, json={"stage_id": desk.stages["proposal"]})
    assert same.json() == moved.json()
    assert (
        await desk.http.post(f"{path}/move", json={"stage_id": desk.stages["proposal"]})
    ).json() == moved.json()
    assert len(await company.rows("opportunity_stage_moves")) == 1


async def test_another_pipeline_is_entered_at_its_first_open_stage(company: Company) -> None:
    desk = await prepare(company)
    stages = [{"key": kind, "name": kind, "kind": kind} for kind in ("lost", "open", "won")]
    other = await company.owner.create("/pipelines", name="Other", stages=stages)
    made = await desk.deal()
    path = f"/opportunities/{made['id']}"
    there = other["stages"][1]["id"]

    assert faults(await desk.http.post(f"{path}/move", json={"stage_id": there})) == [
        ("/stage_id", "reference_not_found")
    ]
    moved = await desk.http.patch(path, json={"pipeline_id": other["id"]})

    assert (moved.json()["pipeline_id"], moved.json()["stage_id"]) == (other["id"], there)
    assert len(await company.rows("opportunity_stage_moves")) == 1
    unknown = await desk.http.patch(path, json={"pipeline_id": made["id"]})
    assert faults(unknown) == [("/pipeline_id", "reference_not_found")]


@pytest.mark.parametrize("key", ["won", "lost"])
async def test_a_stage_that_closes_is_reached_by_winning_and_losing(company: Company, key: str) -> None:
    desk = await prepare(company)
    made = await desk.deal()
    path, body = f"/opportunities/{made['id']}", {"stage_id": desk.stages[key]}

    assert faults(await desk.http.post(f"{path}/move", json=body)) == [("/stage_id", "use_win_or_lose")]
    assert faults(await desk.http.patch(path, json=body)) == [("/stage_id", "use_win_or_lose")]
    assert (await desk.http.get(path)).json() == made


async def test_winning(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal()

    won = await desk.http.post(f"/opportunities/{made['id']}/win")

    assert won.status_code == 200, won.text
    expected = {
        "status": "won",
        "stage_id": desk.stages["won"],
        "probability": 100,
        "closed_on": _today(),
        "version": 2,
    }
    assert won.json() | {**expected, "amount": made["amount"]} == won.json()
    assert await _moves(desk, made["id"]) == [("prospecting", "won")]
    (event,) = await company.rows("events", type="opportunity.won")
    assert event["changes"]["status"] == {"from": "open", "to": "won"}


async def test_winning_may_name_day_stage_and_amount(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal(lines=[], opened_on="2026-01-01")
    path = f"/opportunities/{made['id']}/win"
    body = {"closed_on": "2026-02-03", "stage_id": desk.stages["won"], "amount": dollars("77")}

    early = await desk.http.post(path, json={**body, "closed_on": "2025-12-31"})
    assert faults(early) == [("/closed_on", "closed_before_opened")]
    wrong = await desk.http.post(path, json={**body, "stage_id": desk.stages["lost"]})
    assert faults(wrong) == [("/stage_id", "wrong_stage_kind")]
    won = await desk.http.post(path, json=body)

    assert (
        won.json() | {"closed_on": "2026-02-03", "amount": dollars("77.00"), "amount_source": "manual"}
        == won.json()
    )


async def test_winning_needs_a_customer_and_an_amount(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal(customer_id=None, lines=[])
    path = f"/opportunities/{made['id']}"

    refused = await desk.http.post(f"{path}/win", json={})

    assert refusal(refused) == (409, "opportunity_incomplete")
    pointers = [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]]
    assert pointers == [("/customer_id", "required"), ("/amount", "required")]
    assert (await desk.http.get(path)).json() == made
    assert await _moves(desk, made["id"]) == []


async def test_losing(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal(customer_id=None, lines=[])
    body = {"loss_reason": "competitor", "loss_note": "15 %"}

    lost = await desk.http.post(f"/opportunities/{made['id']}/lose", json=body)

    assert lost.status_code == 200, lost.text
    expected = {
        **body,
        "status": "lost",
        "stage_id": desk.stages["lost"],
        "closed_on": _today(),
        "probability": 0,
    }
    assert lost.json() | expected == lost.json()
    assert await _moves(desk, made["id"]) == [("prospecting", "lost")]
    assert len(await company.rows("events", type="opportunity.lost")) == 1


async def test_the_reason_of_a_loss_is_an_active_choice(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal()
    path = f"/opportunities/{made['id']}/lose"
    item = (await desk.http.get("/dictionary-items?code=price")).json()["data"][0]
    assert (
        await desk.http.patch(f"/dictionary-items/{item['id']}", json={"active": False})
    ).status_code == 200

    assert faults(await desk.http.post(path, json={})) == [("/loss_reason", "required")]
    assert faults(await desk.http.post(path, json={"loss_reason": None})) == [("/loss_reason", "wrong_type")]
    for code in ("price", "unheard-of"):
        refused = await desk.http.post(path, json={"loss_reason": code})
        assert faults(refused) == [("/loss_reason", "not_a_choice")]
    assert refused.json()["errors"][0]["params"]["choices"].split(", ") == [
        "competitor",
        "no_budget",
        "no_decision",
        "timing",
        "product_fit",
        "other",
    ]
    await company.owner.create(
        "/dictionary-items", type="loss_reason", code="merger", label_en="Merger", label_zh="并购"
    )
    assert (await desk.http.post(path, json={"loss_reason": "merger"})).json()["loss_reason"] == "merger"


async def test_what_is_closed_is_frozen_until_it_is_reopened(company: Company) -> None:
    desk = await prepare(company)
    won = await desk.won()
    path = f"/opportunities/{won['id']}"
    before = {
        table: await company.rows(table) for table in ("opportunities", "opportunity_stage_moves", "events")
    }

    for refused in (
        await desk.http.patch(path, json={"name": "New"}),
        await desk.http.patch(path, json={"stage_id": desk.stages["proposal"]}),
        await desk.http.post(f"{path}/assign", json={"owner_id": None}),
        await desk.http.post(f"{path}/move", json={"stage_id": desk.stages["proposal"]}),
        await desk.http.post(f"{path}/win"),
        await desk.http.post(f"{path}/lose", json={"loss_reason": "other"}),
        await desk.http.delete(path),
    ):
        assert refusal(refused) == (409, "opportunity_closed")
    assert {table: await company.rows(table) for table in before} == before

    reopened = await desk.http.post(f"{path}/reopen")
    expected = {
        "status": "open",
        "stage_id": desk.stages["prospecting"],
        "closed_on": None,
        "probability": 10,
    }
    assert reopened.json() | expected == reopened.json()
    assert (await desk.http.patch(path, json={"name": "New"})).status_code == 200
    assert refusal(await desk.http.post(f"{path}/reopen")) == (409, "opportunity_open")
    assert await _moves(desk, won["id"]) == [("prospecting", "won"), ("won", "prospecting")]


async def test_reopening_clears_the_loss_and_may_name_a_stage(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal()
    path = f"/opportunities/{made['id']}"
    await desk.http.post(f"{path}/lose", json={"loss_reason": "price", "loss_note": "x"})

    closed = await desk.http.post(f"{path}/reopen", json={"stage_id": desk.stages["won"]})
    assert faults(closed) == [("/stage_id", "use_win_or_lose")]
    reopened = await desk.http.post(f"{path}/reopen", json={"stage_id": desk.stages["negotiation"]})

    expected = {
        "stage_id": desk.stages["negotiation"],
        "loss_reason": None,
        "loss_note": None,
        "closed_on": None,
    }
    assert reopened.json() | expected == reopened.json()
    (event,) = await company.rows("events", type="opportunity.reopened")
    assert event["changes"]["loss_reason"] == {"from": "price", "to": None}


async def test_history_comes_in_closed_with_its_dates_and_its_owner(company: Company) -> None:
    desk = await prepare(company)
    seller = await company.user("account_manager", team_id=await company.team())
    given = {"owner_id": seller.id, "opened_on": "2017-01-02", "closed_on": "2017-03-01"}

    won = await desk.deal(stage_id=desk.stages["won"], **given)
    lost = await desk.deal(stage_id=desk.stages["lost"], loss_reason="other", lines=[], **given)

    assert won | {**given, "status": "won", "probability": 100, "amount": dollars("21.00")} == won
    assert won["team_id"] == seller.team_id
    assert lost | {**given, "status": "lost", "loss_reason": "other", "amount": None} == lost
    assert await _moves(desk, won["id"]) == []


async def test_the_beginning_of_history_is_unknown_unless_told(company: Company) -> None:
    desk = await prepare(company)
    won = await desk.deal(stage_id=desk.stages["won"])
    assert (won["opened_on"], won["closed_on"]) == (None, _today())


@pytest.mark.parametrize(
    ("key", "body", "expected"),
    [
        ("won", {"customer_id": None, "lines": []}, [("/customer_id", "required"), ("/amount", "required")]),
        ("won", {"loss_reason": "other"}, [("/loss_reason", "not_in_status")]),
        (
            "won",
            {"opened_on": "2026-02-02", "closed_on": "2026-02-01"},
            [("/closed_on", "closed_before_opened")],
        ),
        ("lost", {}, [("/loss_reason", "required")]),
        ("lost", {"loss_reason": "unheard-of"}, [("/loss_reason", "not_a_choice")]),
    ],
)
async def test_history_keeps_the_rules(
    company: Company, key: str, body: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    desk = await prepare(company)
    given = {
        "name": "Old",
        "customer_id": desk.customer,
        "lines": [desk.line("1")],
        "stage_id": desk.stages[key],
    }

    assert faults(await desk.http.post("/opportunities", json={**given, **body})) == expected
    assert await company.rows("opportunities") == []


@pytest.mark.parametrize("key", ["won", "lost"])
async def test_history_needs_its_right(company: Company, key: str) -> None:
    desk = await prepare(company)
    for role in ("account_manager", "sales_supervisor"):
        seller = await company.user(role, team_id=await company.team())
        body = {
            "name": "Old",
            "stage_id": desk.stages[key],
            "loss_reason": "other",
            "closed_on": date(2017, 1, 1).isoformat(),
        }
        refused = await seller.http.post("/opportunities", json=body)
        assert refusal(refused) == (403, "history_needs_right")
    assert await company.rows("opportunities") == []


@pytest.mark.parametrize("verb", [*VERBS, "reopen", "stage-moves"])
async def test_a_verb_of_nothing_is_not_found(company: Company, verb: str) -> None:
    desk = await prepare(company)
    body = VERBS.get(verb, {})
    if verb == "move":
        body = {"stage_id": desk.stages["proposal"]}
    for unknown in (desk.customer, "no-id"):
        path = f"/opportunities/{unknown}/{verb}"
        answer = await (desk.http.get(path) if verb == "stage-moves" else desk.http.post(path, json=body))
        assert refusal(answer) == (404, "not_found")
