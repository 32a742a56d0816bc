"""Goods that came back, and orders that a contract pays for: nothing is owed, billed or paid that was not bought."""

from typing import Any

import pytest

from tests.factories.companies import Company
from tests.factories.ledger import Ledger, money, open_ledger, refusal

TABLES = ("contracts", "orders", "receivables", "invoices", "payments", "payment_allocations", "events")


@pytest.fixture
async def ledger(company: Company) -> Ledger:
    return await open_ledger(company)


async def shipped(ledger: Ledger) -> dict[str, Any]:
    """An order of 100 on credit, which has left."""
    order = await ledger.order("100", payment_terms="credit")
    for verb in ("pick", "pack", "ship"):
        order = (await ledger.ask(f"/orders/{order['id']}/{verb}")).json()
    return order


async def send_back(ledger: Ledger, order: dict[str, Any], quantity: str) -> None:
    lines = [{"line_id": order["lines"][0]["id"], "quantity": quantity}]
    answer = await ledger.ask(f"/orders/{order['id']}/return", lines=lines)
    assert answer.status_code == 200, answer.text


async def test_what_came_back_is_not_owed_again_when_its_payment_is_taken_back(ledger: Ledger) -> None:
    # what came back, and in which parts it was paid → what is owed once the last part is taken back
    for quantity, parts, left in (
        ("0.4", ("100",), [(60, 0, "open")]),
        ("0.4", ("60", "40"), [(60, 60, "paid")]),
        ("0.4", ("90", "10"), [(90, 90, "paid")]),
        ("1", ("60",), []),
    ):
        for verb in ("reverse", "release"):
            order = await shipped(ledger)
            [row] = await ledger.owed(order_id=order["id"])
            of = str(row["id"])
            paid = [
                await ledger.receive(part, allocations=[{"receivable_id": of, "amount": money(part)}])
                for part in parts
            ]
            await send_back(ledger, order, quantity)
            body = {
                "reverse": {"reverse_reason": "退票"},
                "release": {"allocation_id": paid[-1]["allocations"][0]["id"]},
            }[verb]
            taken = await ledger.ask(f"/payments/{paid[-1]['id']}/{verb}", **body)
            assert taken.status_code == 200, taken.text
            owed = await ledger.owed(order_id=order["id"])
            told = (quantity, parts, verb)
            assert [(row["amount"], row["paid_amount"], row["status"]) for row in owed] == left, told
            now = await ledger.get(f"/orders/{order['id']}")
            assert now["refund_due"] == money("30.00" if parts[0] == "90" else "0.00"), told
    await ledger.check()


async def test_an_invoice_over_goods_that_came_back_meanwhile_is_not_issued(ledger: Ledger) -> None:
    order = await shipped(ledger)
    clerk = await ledger.company.user("integration")
    amounts = {"net_amount": money("100"), "tax_amount": money("0"), "gross_amount": money("100")}
    made = await clerk.create("/invoices", title="智达", order_id=order["id"], **amounts)
    path = f"/invoices/{made['id']}"
    assert (await ledger.ask(f"{path}/approve")).status_code == 200
    await send_back(ledger, order, "0.4")
    before = await ledger.company.digest(*TABLES)
    answer = await ledger.ask(f"{path}/issue")
    assert refusal(answer) == (422, "validation_failed", "/gross_amount exceeds_document"), answer.text
    assert answer.json()["errors"][0]["params"]["rest"] == "60.00"
    assert await ledger.company.digest(*TABLES) == before
    assert (await ledger.ask(f"{path}/void", void_reason="退货")).status_code == 200


async def test_receipts_of_a_contract_pay_for_no_more_than_it_and_in_its_currency(ledger: Ledger) -> None:
    contract = await ledger.contract("1000")
    row = await ledger.owe("1000", contract_id=contract["id"])
    await ledger.receive("1000", allocations=[{"receivable_id": row["id"], "amount": money("1000")}])
    of = {"contract_id": contract["id"], "name": "x", "customer_id": ledger.customer}

    def lines(price: str) -> list[dict[str, Any]]:
        return [{"product_id": ledger.service, "unit_price": money(price)}]

    http = ledger.company.owner.http
    first = await ledger.order("600", **of)
    assert first["payment_status"] == "paid"
    before = await ledger.company.digest(*TABLES)
    for price, told in (("400 USD", "other_currency"), ("400.01", "exceeds_contract")):
        answer = await http.post("/orders", json={**of, "lines": lines(price)})
        assert refusal(answer) == (422, "validation_failed", f"/lines {told}"), answer.text
    assert await ledger.company.digest(*TABLES) == before
    assert (await ledger.ask(f"/orders/{first['id']}/cancel", cancel_reason="x")).status_code == 200
    assert (await ledger.order("1000", **of))["payment_status"] == "paid"


async def test_an_amendment_bears_the_orders_that_its_instalments_pay_for(ledger: Ledger) -> None:
    contract = await ledger.contract("1000")
    await ledger.owe("300", contract_id=contract["id"])
    await ledger.order("600", contract_id=contract["id"])
    amendment = (await ledger.ask(f"/contracts/{contract['id']}/amend")).json()["id"]
    for amount, status in (("599.99", 409), ("600", 200)):
        assert (await ledger.change(f"/contracts/{amendment}", amount=money(amount))).status_code == 200
        assert (await ledger.ask(f"/contracts/{amendment}/submit")).status_code == 200
        before = await ledger.company.digest(*TABLES)
        answer = await ledger.ask(f"/contracts/{amendment}/sign")
        assert answer.status_code == status, answer.text
        if status == 409:
            assert refusal(answer)[1] == "amendment_below_billed"
            assert await ledger.company.digest(*TABLES) == before
