"""What is owed: instalments of contracts and orders, never more than the document."""

import asyncio
from typing import Any

import pytest

from tests.factories.companies import Company
from tests.factories.ledger import Ledger, money, open_ledger, refusal


@pytest.fixture
async def ledger(company: Company) -> Ledger:
    return await open_ledger(company)


def plan(*amounts: str, **more: Any) -> dict[str, Any]:
    days = [f"2026-{month:02d}-15" for month in range(1, len(amounts) + 1)]
    listed = [
        {"name": f"第{place}期", "due_on": day, "amount": money(amount)}
        for place, (day, amount) in enumerate(zip(days, amounts, strict=True), 1)
    ]
    return {"instalments": listed, **more}


async def test_a_receivable_takes_customer_and_owner_from_its_contract(ledger: Ledger) -> None:
    owner = await ledger.company.user("account_manager", team_id=await ledger.company.team())
    contract = await ledger.contract(owner_id=owner.id)
    made = await ledger.owe("400", contract_id=contract["id"], customer_id=None)
    assert (made["customer_id"], made["owner_id"], made["team_id"]) == (
        ledger.customer, owner.id, owner.team_id,
    )  # fmt: skip
    assert (made["status"], made["paid_amount"]) == ("open", money("0.00"))

    other = (await ledger.company.owner.create("/customers", name="别家"))["id"]
    order = (await ledger.order())["id"]
    before = await ledger.company.digest("receivables", "events")
    body = {"name": "x", "due_on": "2026-01-01", "amount": money("1")}
    for more, told in (
        ({"contract_id": contract["id"], "customer_id": other}, "/customer_id other_customer"),
        ({"contract_id": contract["id"], "order_id": order}, "/order_id two_documents"),
        ({}, "/customer_id required"),
        ({"contract_id": contract["id"], "amount": money("1", "USD")}, "/amount other_currency"),
        ({"contract_id": contract["id"], "amount": money("600.01")}, "/amount exceeds_document"),
        ({"customer_id": other, "amount": money("0")}, "/amount/amount out_of_range"),
        ({"customer_id": other, "amount": money("0.001")}, "/amount/amount too_precise"),
    ):
        answer = await ledger.company.owner.http.post("/receivables", json={**body, **more})
        assert refusal(answer) == (422, "validation_failed", told)
    draft = {"name": "d", "customer_id": ledger.customer}
    unsigned = await ledger.company.owner.create("/contracts", **draft, amount=money("5"))
    before = await ledger.company.digest("receivables")
    answer = await ledger.company.owner.http.post(
        "/receivables", json={**body, "contract_id": unsigned["id"]}
    )
    assert refusal(answer)[:2] == (409, "document_not_billable")
    assert await ledger.company.digest("receivables") == before


async def test_the_plan_comes_to_the_contract_exactly(ledger: Ledger) -> None:
    contract = (await ledger.contract())["id"]
    http = ledger.company.owner.http
    made = await http.post("/receivables/plan", json=plan("300", "700", contract_id=contract))
    assert [row["amount"]["amount"] for row in made.json()["data"]] == ["300.00", "700.00"]
    before = await ledger.company.digest("receivables", "events")
    short = await http.post("/receivables/plan", json=plan("300", "699.99", contract_id=contract))
    assert refusal(short) == (422, "validation_failed", "/instalments plan_differs")
    assert short.json()["errors"][0]["params"] == {
        "total": "999.99", "expected": "1000.00", "difference": "-0.01", "currency": "CNY",
    }  # fmt: skip
    for bad in (plan("1000"), plan("1000", contract_id=contract, order_id=contract)):
        assert (await http.post("/receivables/plan", json=bad)).status_code == 422
    assert await ledger.company.digest("receivables", "events") == before

    first = made.json()["data"][0]
    assert (await ledger.allocate(await ledger.receive("50"), (first, "50"))).status_code == 200
    again = await http.post("/receivables/plan", json=plan("200", "500", contract_id=contract))
    assert [row["amount"]["amount"] for row in again.json()["data"]] == ["300.00", "200.00", "500.00"]
    assert sorted(row["amount"] for row in await ledger.owed(contract_id=contract)) == [200, 300, 500]
    await ledger.check()


async def test_what_is_paid_on_stands(ledger: Ledger) -> None:
    row = await ledger.owe("100")
    path = f"/receivables/{row['id']}"
    assert (await ledger.company.owner.http.patch(path, json={"name": "x"})).status_code == 428
    changed = await ledger.change(path, amount=money("120"), due_on="2026-02-28")
    assert (changed.json()["amount"], changed.json()["due_on"]) == (money("120.00"), "2026-02-28")
    assert (await ledger.allocate(await ledger.receive("20"), (row, "20"))).status_code == 200
    before = await ledger.company.digest("receivables", "events")
    assert refusal(await ledger.change(path, amount=money("130")))[:2] == (409, "receivable_paid_on")
    assert (await ledger.ask(f"{path}/cancel")).status_code == 409
    deleted = await ledger.company.owner.http.delete(path, headers={"If-Match": "*"})
    assert refusal(deleted)[:2] == (409, "wrong_state")
    assert await ledger.company.digest("receivables", "events") == before
    assert (await ledger.change(path, due_on="2026-03-31", amount=money("120"))).status_code == 200
    assert (await ledger.allocate(await ledger.receive("100"), (row, "100"))).status_code == 200
    assert refusal(await ledger.change(path, due_on="2026-04-30"))[:2] == (409, "wrong_state")


async def test_a_deleted_one_comes_back_if_there_is_room(ledger: Ledger) -> None:
    contract = (await ledger.contract())["id"]
    row = await ledger.owe("600", contract_id=contract)
    path = f"/receivables/{row['id']}"
    assert (await ledger.company.owner.http.delete(path, headers={"If-Match": "*"})).status_code == 204
    other = await ledger.owe("500", contract_id=contract)
    assert refusal(await ledger.ask(f"{path}/restore"))[2] == "/amount exceeds_document"
    assert (await ledger.ask(f"/receivables/{other['id']}/cancel")).json()["status"] == "cancelled"
    assert (await ledger.ask(f"{path}/restore")).status_code == 200


async def test_an_order_bills_itself_unless_its_contract_is_paid_in_instalments(ledger: Ledger) -> None:
    order = await ledger.order("250")
    [row] = await ledger.owed(order_id=order["id"])
    assert (row["amount"], row["name"], row["status"]) == (250, order["number"], "open")
    credit = await ledger.order("250", payment_terms="credit")
    [later] = await ledger.owed(order_id=credit["id"])
    assert (later["due_on"] - row["due_on"]).days == 30
    cancelled = await ledger.ask(f"/orders/{order['id']}/cancel", cancel_reason="不要了")
    assert cancelled.status_code == 200, cancelled.text
    assert await ledger.owed(order_id=order["id"]) == []


async def test_money_on_a_document_keeps_it_in_force(ledger: Ledger) -> None:
    order, contract = await ledger.order("100"), await ledger.contract("100")
    [of_order] = await ledger.owed(order_id=order["id"])
    of_contract = await ledger.owe("100", contract_id=contract["id"])
    paid = await ledger.receive("150")
    parts = ({"id": str(of_order["id"])}, "100"), (of_contract, "50")
    allocated = (await ledger.allocate(paid, *parts)).json()
    assert (await ledger.get(f"/orders/{order['id']}"))["payment_status"] == "paid"
    await ledger.check()
    before = await ledger.company.digest("receivables", "orders", "contracts", "events")
    assert (await ledger.ask(f"/orders/{order['id']}/cancel", cancel_reason="x")).status_code == 409
    void = await ledger.ask(f"/contracts/{contract['id']}/void", reason="x")
    assert refusal(void)[:2] == (409, "document_has_money")
    assert await ledger.company.digest("receivables", "orders", "contracts", "events") == before
    for part in allocated["allocations"]:
        answer = await ledger.ask(f"/payments/{paid['id']}/release", allocation_id=part["id"])
        assert answer.status_code == 200, answer.text
    assert (await ledger.get(f"/orders/{order['id']}"))["payment_status"] == "refunded"
    await ledger.check()
    assert (await ledger.ask(f"/contracts/{contract['id']}/void", reason="x")).status_code == 200
    assert (await ledger.ask(f"/orders/{order['id']}/cancel", cancel_reason="x")).status_code == 200
    assert {row["status"] for row in await ledger.company.rows("receivables")} == {"cancelled"}


async def test_many_at_once_never_come_to_more_than_the_contract(ledger: Ledger) -> None:
    contract = (await ledger.contract())["id"]
    http = ledger.company.owner.http
    body = {"name": "x", "due_on": "2026-01-01", "amount": money("300"), "contract_id": contract}
    answers = await asyncio.gather(*(http.post("/receivables", json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [422] * 5
    plans = [http.post("/receivables/plan", json=plan("400", "600", contract_id=contract)) for _ in range(4)]
    answers = await asyncio.gather(*plans, *(http.post("/receivables", json=body) for _ in range(4)))
    assert {answer.status_code for answer in answers[:4]} == {200}
    assert sum(row["amount"] for row in await ledger.owed(contract_id=contract)) == 1000
