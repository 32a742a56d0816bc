"""What somebody spent: written, agreed on, paid back."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from crm_api.kit import clock
from tests.factories.companies import Actor, Company
from tests.factories.contracts import ANY
from tests.factories.deals import faults, refusal

LINE = {"type": "travel", "spent_on": "2026-01-31", "amount": {"amount": "328.00", "currency": "CNY"}}
BODY = {"name": "十一月拜访智达", "lines": [LINE]}
TOUCHED = ("expense_claims", "expense_lines", "approvals", "events")


@dataclass
class Desk:
    """`agent` claims, `chief` decides on whatever is submitted."""

    company: Company
    team: str
    agent: Actor
    chief: Actor

    async def decide(self, claim_id: str, verb: str) -> httpx.Response:
        pending = f"/approvals?subject_id={claim_id}&status=pending"
        (found,) = (await self.chief.http.get(pending)).json()["data"]
        answer = await self.chief.http.post(f"/approvals/{found['id']}/{verb}", json={"comment": "看过"})
        assert answer.status_code == 200, answer.text
        return answer

    async def submitted(self, **more: Any) -> dict[str, Any]:
        claim = await self.agent.create("/expense-claims", **{**BODY, **more})
        return dict((await verb(self.agent, claim, "submit")).json())


async def desk_of(company: Company) -> Desk:
    team = await company.team()
    chief = await company.user("executive", name="Chief")
    agent = await company.user("account_manager", team_id=team)
    node = {"kind": "users", "mode": "any", "user_ids": [chief.id]}
    await company.owner.create("/approval-flows", name="报销", resource="expense_claims", nodes=[node])
    return Desk(company, team, agent, chief)


async def verb(actor: Actor, claim: dict[str, Any], name: str, **body: Any) -> httpx.Response:
    path = f"/expense-claims/{claim['id']}/{name}"
    return await actor.http.post(path, headers=ANY, **({"json": body} if body else {}))


async def test_a_claim_is_what_its_lines_come_to(company: Company) -> None:
    tax = {"amount": "27.08", "currency": "CNY"}
    claim = await company.owner.create(
        "/expense-claims", name="差旅", lines=[LINE, {**LINE, "type": "entertainment", "tax_amount": tax}]
    )
    year = clock.today("Asia/Shanghai").year
    assert (claim["number"], claim["status"]) == (f"E{year}-00001", "draft")
    assert claim["amount"] == {"amount": "656.00", "currency": "CNY"}
    assert [line["tax_amount"] for line in claim["lines"]] == [None, tax]
    assert (claim["base_amount"], claim["rate"]) == (None, None)

    path, kept = f"/expense-claims/{claim['id']}", claim["lines"][1]
    changed = await company.owner.http.patch(
        path, json={"lines": [{"id": kept["id"], "tax_amount": None}]}, headers={"If-Match": '"v1"'}
    )

    assert changed.json()["amount"] == {"amount": "328.00", "currency": "CNY"}
    assert changed.json()["lines"] == [{**kept, "tax_amount": None}]
    assert refusal(await company.owner.http.patch(path, json={"name": "x"})) == (428, "precondition_required")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([{}], [("/lines/0/type", "required"), ("/lines/0/spent_on", "required"), ("/lines/0/amount", "required")]),
        ([{**LINE, "amount": {"amount": "0", "currency": "CNY"}}], [("/lines/0/amount/amount", "out_of_range")]),
        ([{**LINE, "amount": {"amount": "1.001", "currency": "CNY"}}], [("/lines/0/amount/amount", "too_precise")]),
        ([LINE, {**LINE, "amount": {"amount": "1", "currency": "USD"}}], [("/lines/1/amount", "currency_mismatch")]),
        ([{**LINE, "tax_amount": {"amount": "400", "currency": "CNY"}}], [("/lines/0/tax_amount", "tax_above_amount")]),
        ([{**LINE, "tax_amount": {"amount": "4", "currency": "USD"}}], [("/lines/0/tax_amount", "currency_mismatch")]),
        ([{**LINE, "spent_on": "2999-01-01"}], [("/lines/0/spent_on", "spent_in_future")]),
        ([{**LINE, "order_id": "01930b2e-6f00-7000-8000-000000000001"}], [("/lines/0/order_id", "reference_not_found")]),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_line_is_named(
    company: Company, lines: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    before = await company.digest(*TOUCHED)
    answer = await company.owner.http.post("/expense-claims", json={**BODY, "lines": lines})
    assert (answer.status_code, sorted(faults(answer))) == (422, sorted(expected))
    assert await company.digest(*TOUCHED) == before


async def test_it_is_agreed_on_and_paid_back_by_somebody_else(company: Company) -> None:
    desk = await desk_of(company)
    claim = await desk.submitted()
    assert claim["status"] == "approving"
    await desk.decide(claim["id"], "approve")

    approved = (await desk.agent.http.get(f"/expense-claims/{claim['id']}")).json()
    assert approved["status"] == "approved"
    assert approved["base_amount"] == {"amount": "328.00", "currency": "CNY"}
    before = await company.digest(*TOUCHED)
    assert refusal(await verb(desk.agent, claim, "pay", paid_by="cash")) == (403, "forbidden")
    own = await company.owner.create("/expense-claims", **BODY)
    await verb(company.owner, own, "submit")
    await desk.decide(own["id"], "approve")
    assert refusal(await verb(company.owner, own, "pay", paid_by="cash")) == (403, "own_claim")

    paid = await verb(company.owner, claim, "pay", paid_by="payroll", paid_on="2026-02-01")

    assert before != await company.digest(*TOUCHED)
    shown = {name: paid.json()[name] for name in ("status", "paid_on", "paid_by")}
    assert shown == {"status": "paid", "paid_on": "2026-02-01", "paid_by": "payroll"}
    told = [event["type"] for event in await company.rows("events", record_id=claim["id"])]
    assert sorted(told) == [f"expense_claim.{name}" for name in ("approved", "created", "paid", "submitted")]


@pytest.mark.parametrize(("decision", "status"), [("reject", "rejected"), ("send-back", "draft")])
async def test_what_is_not_agreed_to_is_changed_and_submitted_again(
    company: Company, decision: str, status: str
) -> None:
    desk = await desk_of(company)
    claim = await desk.submitted()
    locked = await desk.agent.http.patch(f"/expense-claims/{claim['id']}", json={"name": "x"}, headers=ANY)
    assert refusal(locked) == (409, "wrong_state")
    await desk.decide(claim["id"], decision)

    returned = (await desk.agent.http.get(f"/expense-claims/{claim['id']}")).json()
    assert (returned["status"], returned["base_amount"]) == (status, None)
    path = f"/expense-claims/{claim['id']}"
    assert (await desk.agent.http.patch(path, json={"name": "x"}, headers=ANY)).status_code == 200
    assert (await verb(desk.agent, claim, "submit")).json()["status"] == "approving"


async def test_without_a_flow_it_is_approved_at_once_and_without_a_line_never(company: Company) -> None:
    empty = await company.owner.create("/expense-claims", name="空")
    assert refusal(await verb(company.owner, empty, "submit")) == (409, "claim_empty")
    claim = await company.owner.create("/expense-claims", **BODY)
    assert (await verb(company.owner, claim, "submit")).json()["status"] == "approved"


async def test_a_receipt_is_claimed_once(company: Company) -> None:
    receipt = {**LINE, "receipt_number": "25312000"}
    twice = await company.owner.http.post("/expense-claims", json={**BODY, "lines": [receipt, receipt]})
    assert refusal(twice) == (409, "duplicate_receipt")
    named = [(fault["pointer"], fault["code"]) for fault in twice.json()["errors"]]
    assert named == [(f"/lines/{n}/receipt_number", "duplicate_receipt") for n in (0, 1)]

    asked = {**BODY, "lines": [receipt]}
    answers = await asyncio.gather(
        *(company.owner.http.post("/expense-claims", json=asked) for _ in range(8))
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    (first,) = [answer.json() for answer in answers if answer.status_code == 201]
    numbers = {row["number"] for row in await company.rows("expense_claims")}
    assert numbers == {first["number"]}, "a refused claim has taken no number"
    path = f"/expense-claims/{first['id']}"
    assert (await company.owner.http.delete(path, headers=ANY)).status_code == 204
    await company.owner.create("/expense-claims", **asked)
    assert refusal(await verb(company.owner, first, "restore")) == (409, "duplicate_receipt")


async def test_what_counts_is_frozen_at_the_rate_of_the_day_it_was_approved(company: Company) -> None:
    today = clock.today("Asia/Shanghai")
    for day, rate in ((today - timedelta(days=3), "7.1"), (today + timedelta(days=1), "9")):
        await company.owner.create("/exchange-rates", currency="USD", rate_on=str(day), rate=rate)
    claim = await company.owner.create(
        "/expense-claims", name="US", lines=[{**LINE, "amount": {"amount": "10.05", "currency": "USD"}}]
    )
    approved = (await verb(company.owner, claim, "submit")).json()
    assert (approved["base_amount"], approved["rate"]) == ({"amount": "71.36", "currency": "CNY"}, "7.1")
    assert approved["rate_on"] == str(today - timedelta(days=3))


async def test_of_several_payments_at_once_one_counts(company: Company) -> None:
    desk = await desk_of(company)
    claim = await desk.submitted()
    await desk.decide(claim["id"], "approve")
    answers = await asyncio.gather(*(verb(company.owner, claim, "pay", paid_by="cash") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    paid = [
        e for e in await company.rows("events", record_id=claim["id"]) if e["type"] == "expense_claim.paid"
    ]
    assert len(paid) == 1
