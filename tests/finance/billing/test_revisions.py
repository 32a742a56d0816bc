"""Money over all revisions of a contract, and over the orders that carry it out."""

import asyncio
from typing import Any

import httpx
import pytest

from crm_api.kit import clock
from tests.factories.companies import Company
from tests.factories.contracts import ANY
from tests.factories.ledger import Ledger, money, open_ledger, refusal

TABLES = ("contracts", "orders", "receivables", "invoices", "payments", "payment_allocations", "events")


@pytest.fixture
async def ledger(company: Company) -> Ledger:
    return await open_ledger(company)


async def amended(ledger: Ledger, contract: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A draft of the next revision, approved."""
    made = (await ledger.ask(f"/contracts/{contract['id']}/amend")).json()
    if more:
        assert (await ledger.change(f"/contracts/{made['id']}", **more)).status_code == 200
    assert (await ledger.ask(f"/contracts/{made['id']}/submit")).status_code == 200
    return dict(made)


def sign(ledger: Ledger, contract: dict[str, Any]) -> Any:
    return ledger.ask(f"/contracts/{contract['id']}/sign")


def plan(ledger: Ledger, field: str, record_id: str, *amounts: str) -> Any:
    listed = [
        {"name": f"第{n}期", "due_on": f"2026-0{n}-15", "amount": money(amount)}
        for n, amount in enumerate(amounts, 1)
    ]
    return ledger.company.owner.http.post("/receivables/plan", json={field: record_id, "instalments": listed})


def invoice(ledger: Ledger, gross: str, **more: Any) -> dict[str, Any]:
    body = {
        "title": "智达",
        "net_amount": money(gross),
        "tax_amount": money("0"),
        "gross_amount": money(gross),
    }
    return {**body, "customer_id": ledger.customer, **more}


async def issued(ledger: Ledger, gross: str, **more: Any) -> dict[str, Any]:
    clerk = await ledger.company.user("integration")
    made = await clerk.create("/invoices", **invoice(ledger, gross, **more))
    assert (await ledger.ask(f"/invoices/{made['id']}/approve")).status_code == 200
    return dict((await ledger.ask(f"/invoices/{made['id']}/issue")).json())


async def test_the_next_revision_is_billed_for_the_rest_alone(ledger: Ledger) -> None:
    first = await ledger.contract("1000")
    kept = (await plan(ledger, "contract_id", first["id"], "400", "600")).json()["data"]
    await ledger.receive("400", allocations=[{"receivable_id": kept[0]["id"], "amount": money("400")}])
    applied = await ledger.company.owner.create(
        "/invoices", **invoice(ledger, "700", contract_id=first["id"])
    )
    # less than is billed, another currency, another customer: refused where it takes effect
    other = (await ledger.company.owner.create("/customers", name="别家"))["id"]
    before = None
    for more in ({"amount": money("999.99")}, {"customer_id": other}):
        worse = await amended(ledger, first, **more)
        before = await ledger.company.digest(*TABLES)
        answer = await sign(ledger, worse)
        assert refusal(answer)[:2] == (409, "amendment_below_billed"), answer.text
        assert "1000.00 CNY" in answer.json()["detail"]
        assert await ledger.company.digest(*TABLES) == before
        reason = {"reason": "x"}
        assert (await ledger.ask(f"/contracts/{worse['id']}/void", **reason)).status_code == 200
    assert len(await ledger.owed(contract_id=first["id"])) == 2, (
        "an amendment that was never signed takes nothing"
    )
    second = await amended(ledger, first, amount=money("1500"))
    assert (await sign(ledger, second)).status_code == 200
    http, of = ledger.company.owner.http, {"contract_id": second["id"]}
    body = {"name": "x", "due_on": "2026-03-01", "amount": money("500.01"), **of}
    assert refusal(await http.post("/receivables", json=body))[2] == "/amount exceeds_document"
    answer = await http.post("/invoices", json=invoice(ledger, "800.01", **of))
    assert refusal(answer)[2] == "/gross_amount exceeds_document"
    assert (
        refusal(await http.post("/receivables", json={**body, "contract_id": first["id"]}))[1]
        == "document_not_billable"
    )
    # what names the first revision bills the one in force: it grows into it
    grown = await ledger.change(f"/receivables/{kept[1]['id']}", amount=money("1100"))
    assert grown.status_code == 200, grown.text
    assert refusal(await ledger.change(f"/receivables/{kept[1]['id']}", amount=money("1100.01")))[0] == 422
    clerk = await ledger.company.user("integration")
    assert (await clerk.http.post(f"/invoices/{applied['id']}/approve", headers=ANY)).status_code == 200
    assert (await ledger.ask(f"/invoices/{applied['id']}/issue")).status_code == 200
    # a plan of the second replaces what nothing is paid on, of any revision
    again = (await plan(ledger, "contract_id", second["id"], "600", "500")).json()["data"]
    assert [row["amount"]["amount"] for row in again] == ["400.00", "600.00", "500.00"]
    void = await ledger.ask(f"/contracts/{second['id']}/void", reason="x")
    assert refusal(void)[:2] == (409, "document_has_money")
    await ledger.check()


async def test_billing_while_amending_never_comes_to_more_than_the_contract(ledger: Ledger) -> None:
    for less in ("400", "1000", "400"):
        contract = await ledger.contract("1000")
        amendment = await amended(ledger, contract, amount=money(less))
        body = {"name": "x", "due_on": "2026-01-01", "amount": money("600")}
        bills = [
            ledger.company.owner.http.post("/receivables", json={**body, "contract_id": which["id"]})
            for which in (contract, amendment, contract, amendment)
        ]
        signed, *billed = await asyncio.gather(sign(ledger, amendment), *bills)
        assert {answer.status_code for answer in (signed, *billed)} <= {200, 201, 409, 422}
        owed = await ledger.owed(contract_id=contract["id"]) + await ledger.owed(contract_id=amendment["id"])
        bound = int(less) if signed.status_code == 200 else 1000
        assert sum(row["amount"] for row in owed) <= bound, (signed.text, [a.text for a in billed])


async def test_what_comes_in_for_a_contract_pays_its_orders_in_turn(ledger: Ledger) -> None:
    contract = await ledger.contract("1000")
    of = {"contract_id": contract["id"]}
    listed = (await plan(ledger, "contract_id", contract["id"], "300", "700")).json()["data"]
    first, second, third = [await ledger.order(amount, **of) for amount in ("400", "400", "200")]
    assert [await ledger.owed(order_id=order["id"]) for order in (first, second)] == [[], []]

    async def paid(*orders: dict[str, Any]) -> list[str]:
        found = [await ledger.get(f"/orders/{order['id']}") for order in orders]
        return [f"{order['paid_amount']['amount']} {order['payment_status']}" for order in found]

    async def ship(order: dict[str, Any]) -> httpx.Response:
        for verb in ("pick", "pack"):
            await ledger.ask(f"/orders/{order['id']}/{verb}")
        return await ledger.ask(f"/orders/{order['id']}/ship")

    payment = await ledger.receive("1000")
    assert (await ledger.allocate(payment, (listed[0], "300"))).status_code == 200
    assert await paid(first, second) == ["300.00 part", "0.00 unpaid"]
    assert refusal(await ship(first))[1] == "order_unpaid"
    assert (await ledger.allocate(payment, (listed[1], "200"))).status_code == 200
    assert await paid(first, second, third) == ["400.00 paid", "100.00 part", "0.00 unpaid"]
    shipped = (await ship(first)).json()
    assert shipped["status"] == "shipped"
    # it is not billed for itself as well
    before = await ledger.company.digest(*TABLES)
    body = {"name": "x", "due_on": "2026-01-01", "amount": money("1"), "order_id": third["id"]}
    http = ledger.company.owner.http
    assert refusal(await http.post("/receivables", json=body))[:2] == (409, "billed_by_contract")
    assert refusal(await plan(ledger, "order_id", third["id"], "200"))[:2] == (409, "billed_by_contract")
    assert await ledger.company.digest(*TABLES) == before
    # what comes back, and what is cancelled, leaves its part to those behind
    line = {"line_id": shipped["lines"][0]["id"], "quantity": "0.5"}
    back = (await ledger.ask(f"/orders/{first['id']}/return", lines=[line])).json()
    assert (back["paid_amount"], back["refund_due"], back["payment_status"]) == (
        money("200.00"),
        money("0.00"),
        "paid",
    )
    assert back == await ledger.get(f"/orders/{first['id']}")
    assert await paid(first, second, third) == ["200.00 paid", "300.00 part", "0.00 unpaid"]
    cancelled = await ledger.ask(f"/orders/{second['id']}/cancel", cancel_reason="x")
    assert (cancelled.status_code, cancelled.json()["paid_amount"]) == (200, money("0.00")), cancelled.text
    assert await paid(third) == ["200.00 paid"]
    late = await ledger.order("150", **of)
    assert (late["paid_amount"], late["payment_status"]) == (money("100.00"), "part")
    assert late == await ledger.get(f"/orders/{late['id']}")
    parts = (await ledger.get(f"/payments/{payment['id']}"))["allocations"]
    assert (
        await ledger.ask(f"/payments/{payment['id']}/release", allocation_id=parts[1]["id"])
    ).status_code == 200
    assert await paid(first, third, late) == ["200.00 paid", "100.00 part", "0.00 refunded"]
    # many at once: nothing is lost
    answers = await asyncio.gather(
        ledger.ask(f"/orders/{third['id']}/cancel", cancel_reason="x"),
        *(ledger.allocate(payment, (listed[1], "20")) for _ in range(5)),
    )
    assert [answer.status_code for answer in answers] == [200] * 6, [answer.text for answer in answers]
    assert await paid(first, late) == ["200.00 paid", "150.00 paid"]


async def test_orders_count_within_their_contract(ledger: Ledger) -> None:
    contract = await ledger.contract("1000")
    of = {"contract_id": contract["id"]}
    order = await ledger.order("700", **of)
    assert [row["amount"] for row in await ledger.owed(order_id=order["id"])] == [700], (
        "no instalments: it is billed"
    )
    other = (await ledger.company.owner.create("/customers", name="别家"))["id"]
    before = await ledger.company.digest(*TABLES)
    http = ledger.company.owner.http
    lines = [{"product_id": ledger.service, "unit_price": money("300.01")}]
    more = {"name": "x", "customer_id": ledger.customer, "lines": lines, **of}
    assert refusal(await http.post("/orders", json=more))[2] == "/lines exceeds_contract"
    assert (
        refusal(await plan(ledger, "contract_id", contract["id"], "1000"))[2] == "/instalments plan_differs"
    )
    stranger = await http.post("/orders", json={**more, "customer_id": other})
    assert refusal(stranger)[2] == "/contract_id contract_of_another_customer"
    assert await ledger.company.digest(*TABLES) == before
    await issued(ledger, "700", order_id=order["id"])
    short = await http.post("/invoices", json=invoice(ledger, "300.01", **of))
    assert refusal(short)[2] == "/gross_amount exceeds_document"
    void = await ledger.ask(f"/contracts/{contract['id']}/void", reason="x")
    assert refusal(void)[:2] == (409, "document_has_invoice")
    ended = await ledger.ask(f"/contracts/{contract['id']}/terminate", reason="x")
    assert ended.status_code == 200
    assert refusal(await http.post("/orders", json=more))[:2] == (409, "contract_not_in_force")


async def test_an_order_with_an_invoice_stands_until_it_is_taken_back(ledger: Ledger) -> None:
    order = await ledger.order("100")
    path = f"/orders/{order['id']}/cancel"
    made = await issued(ledger, "100", order_id=order["id"])
    before = await ledger.company.digest(*TABLES)
    assert refusal(await ledger.ask(path, cancel_reason="x"))[:2] == (409, "document_has_invoice")
    assert await ledger.company.digest(*TABLES) == before
    assert (await ledger.ask(f"/invoices/{made['id']}/red-letter", red_letter_reason="x")).status_code == 200
    assert (await ledger.ask(path, cancel_reason="x")).status_code == 200
    # of issuing and cancelling at once one happens
    clerk = await ledger.company.user("integration")
    for _ in range(3):
        order = await ledger.order("100")
        asked = await clerk.create("/invoices", **invoice(ledger, "100", order_id=order["id"]))
        await ledger.ask(f"/invoices/{asked['id']}/approve")
        out, cancelled = await asyncio.gather(
            ledger.ask(f"/invoices/{asked['id']}/issue"),
            ledger.ask(f"/orders/{order['id']}/cancel", cancel_reason="x"),
        )
        assert sorted((out.status_code, cancelled.status_code)) == [200, 409], (out.text, cancelled.text)


async def test_refunds_never_come_to_more_than_came_in(ledger: Ledger) -> None:
    order = await ledger.order("1000")
    [row] = await ledger.owed(order_id=order["id"])
    part = {"receivable_id": str(row["id"]), "amount": money("1000")}
    payment = await ledger.receive("1100", allocations=[part])
    path = f"/payments/{payment['id']}"
    for verb in ("pick", "pack", "ship"):
        shipped = (await ledger.ask(f"/orders/{order['id']}/{verb}")).json()
    line = {"line_id": shipped["lines"][0]["id"], "quantity": "0.3"}
    back = (await ledger.ask(f"/orders/{order['id']}/return", lines=[line])).json()
    assert back["refund_due"] == money("300.00")
    before = await ledger.company.digest(*TABLES)
    of = {"order_id": order["id"]}
    for body, told in (
        ({"amount": money("300.01"), **of}, "/amount exceeds_refund_due"),
        ({"amount": money("100.01")}, "/amount exceeds_payment"),
        ({"amount": money("1 USD")}, "/amount other_currency"),
        ({"amount": money("1"), "order_id": payment["id"]}, "/order_id reference_not_found"),
        ({"amount": money("1"), "refunded_on": "2026-01-19"}, "/refunded_on refunded_before"),
        ({"amount": money("1"), "refunded_on": "2999-01-01"}, "/refunded_on received_in_future"),
    ):
        assert refusal(await ledger.ask(f"{path}/refund", **body)) == (422, "validation_failed", told)
    assert await ledger.company.digest(*TABLES) == before
    # two at once: one is paid back, and is not owed again
    answers = await asyncio.gather(
        *(ledger.ask(f"{path}/refund", amount=money("200"), **of) for _ in range(3)),
        *(ledger.ask(f"{path}/refund", amount=money("60")) for _ in range(3)),
    )
    assert [answer.status_code for answer in answers].count(200) == 2, [answer.text for answer in answers]
    done = (await ledger.ask(f"{path}/refund", amount=money("100"), reference="B-1", **of)).json()
    today = str(clock.today("Asia/Shanghai"))
    told = [(one["amount"]["amount"], one["order_id"], one["refunded_on"]) for one in done["refunds"]]
    assert sorted(told, key=lambda one: one[0]) == [
        ("100.00", order["id"], today), ("200.00", order["id"], today), ("60.00", None, today),
    ]  # fmt: skip
    assert done["allocated_amount"] == money("700.00")
    now = await ledger.get(f"/orders/{order['id']}")
    assert (now["refund_due"], now["paid_amount"], now["payment_status"]) == (
        money("0.00"),
        money("700.00"),
        "paid",
    )
    [owed] = await ledger.owed(order_id=order["id"])
    assert (owed["amount"], owed["paid_amount"], owed["status"]) == (700, 700, "paid")
    events = await ledger.company.rows("events", record_id=payment["id"])
    assert [event["type"] for event in events] == ["payment.created", *["payment.refunded"] * 3]
    assert refusal(await ledger.ask(f"{path}/reverse", reverse_reason="x"))[:2] == (409, "payment_refunded")
    rest = await ledger.owe("41")
    assert (
        refusal(await ledger.allocate(payment, (rest, "40.01")))[2] == "/allocations/0/amount exceeds_payment"
    )
    await ledger.check()


async def test_what_comes_back_unpaid_is_not_owed(ledger: Ledger) -> None:
    order = await ledger.order("1000", payment_terms="credit")
    assert (await plan(ledger, "order_id", order["id"], "400", "600")).status_code == 200
    for verb in ("pick", "pack", "ship"):
        shipped = (await ledger.ask(f"/orders/{order['id']}/{verb}")).json()
    line = {"line_id": shipped["lines"][0]["id"], "quantity": "0.7"}
    assert (await ledger.ask(f"/orders/{order['id']}/return", lines=[line])).status_code == 200
    assert [row["amount"] for row in await ledger.owed(order_id=order["id"])] == [300]
    short = await ledger.company.owner.http.post(
        "/invoices", json=invoice(ledger, "300.01", order_id=order["id"])
    )
    assert refusal(short)[2] == "/gross_amount exceeds_document"


async def test_a_cancelled_rest_is_not_owed_and_what_was_paid_for_it_goes_back(ledger: Ledger) -> None:
    order = await ledger.order("1000")
    path, why = f"/orders/{order['id']}", {"cancel_reason": "停产"}
    [row] = await ledger.owed(order_id=order["id"])
    part = {"receivable_id": str(row["id"]), "amount": money("1000")}
    payment = await ledger.receive("1000", allocations=[part])
    for verb in ("pick", "pack"):
        await ledger.ask(f"{path}/{verb}")
    line = {"line_id": order["lines"][0]["id"], "quantity": "0.4"}
    await ledger.ask(f"{path}/ship", lines=[line])
    clerk = await ledger.company.user("integration")
    asked = await clerk.create("/invoices", **invoice(ledger, "400.01", order_id=order["id"]))
    for verb in ("approve", "issue"):
        before = await ledger.company.digest(*TABLES, "stock_movements")
        refused = await ledger.ask(f"{path}/cancel-remainder", **why)
        assert refusal(refused)[:2] == (409, "invoiced_beyond")
        assert "400.01 CNY" in refused.json()["detail"]
        assert await ledger.company.digest(*TABLES, "stock_movements") == before
        assert (await ledger.ask(f"/invoices/{asked['id']}/{verb}")).status_code == 200
    await ledger.ask(f"/invoices/{asked['id']}/red-letter", red_letter_reason="x")
    await issued(ledger, "400", order_id=order["id"])
    ended = (await ledger.ask(f"{path}/cancel-remainder", **why)).json()
    assert (ended["status"], ended["cancelled_amount"], ended["refund_due"]) == (
        "shipped",
        money("600.00"),
        money("600.00"),
    )
    refund = {"amount": money("600"), "order_id": order["id"]}
    assert (await ledger.ask(f"/payments/{payment['id']}/refund", **refund)).status_code == 200
    now = await ledger.get(path)
    assert (now["refund_due"], now["paid_amount"], now["payment_status"]) == (
        money("0.00"),
        money("400.00"),
        "paid",
    )
    [owed] = await ledger.owed(order_id=order["id"])
    assert (owed["amount"], owed["paid_amount"], owed["status"]) == (400, 400, "paid")
    await ledger.check()


async def test_a_cancelled_rest_is_free_for_the_contract_and_its_other_orders(ledger: Ledger) -> None:
    contract = await ledger.contract("1000")
    of = {"contract_id": contract["id"]}
    unpaid = await ledger.order("600", payment_terms="credit", **of)
    for verb in ("pick", "pack"):
        await ledger.ask(f"/orders/{unpaid['id']}/{verb}")
    line = {"line_id": unpaid["lines"][0]["id"], "quantity": "0.5"}
    await ledger.ask(f"/orders/{unpaid['id']}/ship", lines=[line])
    assert (
        await ledger.ask(f"/orders/{unpaid['id']}/cancel-remainder", cancel_reason="x")
    ).status_code == 200
    assert [row["amount"] for row in await ledger.owed(order_id=unpaid["id"])] == [300]
    # 700 of the contract are free now: with instalments of its own these pay the orders
    listed = (await plan(ledger, "contract_id", contract["id"], "700")).json()["data"]
    first, second = [await ledger.order(amount, **of) for amount in ("400", "300")]
    await ledger.allocate(await ledger.receive("500"), (listed[0], "500"))
    for verb in ("pick", "pack"):
        await ledger.ask(f"/orders/{first['id']}/{verb}")
    line = {"line_id": first["lines"][0]["id"], "quantity": "0.5"}
    await ledger.ask(f"/orders/{first['id']}/ship", lines=[line])
    # of three at once one cancels it; the receipts go to the order behind it
    answers = await asyncio.gather(
        *(ledger.ask(f"/orders/{first['id']}/cancel-remainder", cancel_reason="x") for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    told = [event["type"] for event in await ledger.company.rows("events", record_id=first["id"])]
    assert told.count("order.remainder_cancelled") == 1
    paid = [await ledger.get(f"/orders/{order['id']}") for order in (first, second)]
    assert [order["paid_amount"] for order in paid] == [money("200.00"), money("300.00")]
    assert [order["refund_due"] for order in paid] == [money("0.00"), money("0.00")]
