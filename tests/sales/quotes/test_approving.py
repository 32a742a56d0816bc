"""Quotes that must be approved before they are sent."""

from typing import Any

from tests.factories.companies import Company
from tests.factories.quoting import Desk, cny, open_desk

TABLES = ("quotes", "quote_lines", "approvals", "approval_steps", "events")


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def approval(desk: Desk, quote: dict[str, Any]) -> str:
    query = f"/approvals?subject_type=quotes&subject_id={quote['id']}&status=pending"
    return str((await desk.company.owner.http.get(query)).json()["data"][0]["id"])


async def test_what_a_flow_asks_for_is_approved_first(company: Company) -> None:
    desk, boss = await open_desk(company), await company.user("sales_supervisor")
    await desk.flow(boss, amount_from=cny("200"))
    small = await desk.draft(lines=[{"product_id": desk.gateway["id"]}])
    assert (await desk.do(small, "send")).json()["status"] == "sent"
    dear = await desk.draft()
    before = await company.digest(*TABLES)
    assert refusal(await desk.do(dear, "send")) == (409, "approval_required")
    assert await company.digest(*TABLES) == before
    for verb, outcome in (("reject", "disapproved"), ("send-back", "sent_back"), ("withdraw", "withdrawn")):
        asked = (await desk.do(dear, "submit")).json()
        assert asked["status"] == "approving"
        locked = await company.digest(*TABLES)
        assert refusal(await desk.change(dear, terms="x")) == (409, "wrong_state")
        for other in ("send", "withdraw", "submit", "revise"):
            assert refusal(await desk.do(dear, other)) == (409, "wrong_state")
        assert await company.digest(*TABLES) == locked
        actor = company.owner if verb == "withdraw" else boss
        said = {} if verb == "withdraw" else {"json": {"comment": "太便宜"}}
        decided = await actor.http.post(f"/approvals/{await approval(desk, dear)}/{verb}", **said)
        assert decided.status_code == 200, decided.text
        assert (await desk.quote(dear))["status"] == "draft"
        told = [event["type"] for event in await company.rows("events", record_id=dear["id"])]
        assert told[-2:] == ["quote.submitted", f"quote.{outcome}"]
    await desk.do(dear, "submit")
    assert (await boss.http.post(f"/approvals/{await approval(desk, dear)}/approve")).status_code == 200
    assert (await desk.quote(dear))["status"] == "approved"
    assert refusal(await desk.change(dear, terms="x")) == (409, "wrong_state")
    assert (await desk.do(dear, "withdraw")).json()["status"] == "draft"
    assert refusal(await desk.do(dear, "send")) == (409, "approval_required")
    await desk.do(dear, "submit")
    await boss.http.post(f"/approvals/{await approval(desk, dear)}/approve")
    sent = (await desk.do(dear, "send")).json()
    assert (sent["status"], sent["decided_at"]) == ("sent", None)
    # withdrawn from its customer it may be changed, and is approved again
    assert (await desk.do(dear, "withdraw")).json()["status"] == "draft"
    assert refusal(await desk.do(dear, "send")) == (409, "approval_required")


async def test_below_the_floor_somebody_must_agree(company: Company) -> None:
    desk, boss = await open_desk(company), await company.user("sales_supervisor")
    seller = await company.user("account_manager")
    path = f"/products/{desk.gateway['id']}"
    await company.owner.http.patch(path, json={"floor_price": cny("95.40")})
    assert (await seller.http.get(path)).json()["floor_price"] is None
    line = {"product_id": desk.gateway["id"], "quantity": "3"}
    fine = [
        {"lines": [line]},
        {"lines": [{**line, "unit_price": cny("95.40")}]},
        {"lines": [{**line, "unit_price": cny("107.80")}], "tax_mode": "inclusive"},
        {"lines": [line], "discount_amount": cny("15.30")},
    ]
    low = [
        {"lines": [{**line, "unit_price": cny("95.39")}]},
        {"lines": [{**line, "unit_price": cny("107.79")}], "tax_mode": "inclusive"},
        {"lines": [line], "discount_amount": cny("15.31")},
        {"lines": [{**line, "discount_percent": "6"}]},
        # without a rate the floor is taken to be too high
        {"lines": [{**line, "unit_price": {"amount": "1000", "currency": "USD"}}], "currency": "USD"},
    ]
    for body in fine:
        assert (await desk.do(await desk.draft(**body), "send")).status_code == 200, body
    made = [await desk.draft(**body) for body in low]
    before = await company.digest(*TABLES)
    for draft in made:
        assert refusal(await desk.do(draft, "send")) == (409, "approval_required")
        assert refusal(await desk.do(draft, "submit")) == (409, "no_approver")  # never approved by absence
    assert await company.digest(*TABLES) == before
    rate = {"currency": "USD", "rate_on": "2020-01-01", "rate": "7"}
    answer = await company.owner.http.post("/exchange-rates", json=rate)
    assert (await desk.do(made[-1], "send")).status_code == 200, answer.text
    # a flow for these alone
    await desk.flow(boss, type="below_floor")
    assert (await desk.do(await desk.draft(lines=[line]), "send")).status_code == 200
    assert (await desk.do(made[0], "submit")).json()["status"] == "approving"
    await boss.http.post(f"/approvals/{await approval(desk, made[0])}/approve")
    assert (await desk.do(made[0], "send")).json()["status"] == "sent"
    # what needs nobody is approved at once
    free = await desk.draft(lines=[line])
    assert (await desk.do(free, "submit")).json()["status"] == "approved"
