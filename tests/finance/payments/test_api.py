"""What came in: allocated to what is owed, taken back, reversed; never twice, never too much."""

import asyncio
from typing import Any

import pytest

from crm_api.kit import clock
from tests.factories.companies import Company
from tests.factories.ledger import Ledger, money, open_ledger, refusal

TABLES = ("payments", "payment_allocations", "receivables", "orders", "events")


@pytest.fixture
async def ledger(company: Company) -> Ledger:
    return await open_ledger(company)


async def test_a_payment_settles_what_it_is_for_at_once(ledger: Ledger) -> None:
    agent = await ledger.company.user("account_manager", team_id=await ledger.company.team())
    theirs = await ledger.company.owner.create("/customers", name="云图", owner_id=agent.id)
    row = await ledger.owe("80", customer_id=theirs["id"])
    part = {"receivable_id": row["id"], "amount": money("80")}
    made = await ledger.receive("100", customer_id=theirs["id"], allocations=[part])
    year = clock.today("Asia/Shanghai").year
    assert (made["number"], made["owner_id"], made["status"]) == (f"P{year}-00001", agent.id, "received")
    assert (made["amount"], made["allocated_amount"]) == (money("100.00"), money("80.00"))
    assert (made["base_amount"], made["rate"], made["rate_on"]) == (money("100.00"), "1", "2026-01-20")
    [allocation] = made["allocations"]
    assert (allocation["allocated_on"], allocation["released_on"]) == ("2026-01-20", None)
    assert (await ledger.get(f"/receivables/{row['id']}"))["status"] == "paid"
    assert (await agent.http.get(f"/payments/{made['id']}")).json() == made
    await ledger.check()


async def test_the_worth_is_frozen_by_the_rate_of_the_day(ledger: Ledger) -> None:
    owner = ledger.company.owner
    unknown = await ledger.receive("10 EUR")
    assert (unknown["base_amount"], unknown["rate"], unknown["rate_on"]) == (None, None, None)
    rate = await owner.create("/exchange-rates", currency="USD", rate_on="2026-01-10", rate="7.1")
    made = await ledger.receive("10 USD")
    await owner.http.patch(f"/exchange-rates/{rate['id']}", json={"rate": "7.5"})
    kept = await ledger.get(f"/payments/{made['id']}")
    assert (kept["base_amount"], kept["rate"], kept["rate_on"]) == (money("71.00"), "7.1", "2026-01-10")


async def test_what_does_not_fit_is_refused_as_a_whole(ledger: Ledger) -> None:
    other = (await ledger.company.owner.create("/customers", name="别家"))["id"]
    mine, small = await ledger.owe("100"), await ledger.owe("10")
    foreign = await ledger.owe("100", customer_id=other)
    dollars = await ledger.owe("100 USD")
    cancelled = await ledger.owe("100")
    await ledger.ask(f"/receivables/{cancelled['id']}/cancel")
    payment = await ledger.receive("60")
    before = await ledger.company.digest(*TABLES)
    fits = (mine, "1")
    for parts, told in (
        ([fits, (mine, "59.01")], "/allocations/1/amount exceeds_payment"),
        ([fits, (small, "10.01")], "/allocations/1/amount exceeds_receivable"),
        ([(small, "6"), (small, "4.01")], "/allocations/1/amount exceeds_receivable"),
        ([fits, (foreign, "1")], "/allocations/1/receivable_id other_customer"),
        ([fits, (dollars, "1")], "/allocations/1/amount other_currency"),
        ([fits, (cancelled, "1")], "/allocations/1/receivable_id not_owed"),
        ([fits, (payment, "1")], "/allocations/1/receivable_id reference_not_found"),
        ([fits, (mine, "0")], "/allocations/1/amount/amount out_of_range"),
        ([fits, (mine, "0.001")], "/allocations/1/amount/amount too_precise"),
    ):
        assert refusal(await ledger.allocate(payment, *parts)) == (422, "validation_failed", told)
    unstated = f"/payments/{payment['id']}/allocate"
    body = {"allocations": [{"receivable_id": mine["id"], "amount": money("1")}]}
    assert (await ledger.company.owner.http.post(unstated, json=body)).status_code == 428
    for more in ({"received_on": "2999-01-01"}, {"method": "barter"}):
        answer = await ledger.company.owner.http.post("/payments", json=ledger.payment(**more))
        assert answer.status_code == 422, answer.text
    assert await ledger.company.digest(*TABLES) == before


async def test_an_allocation_is_taken_back_once(ledger: Ledger) -> None:
    row, payment = await ledger.owe("100"), await ledger.receive("60")
    [part] = (await ledger.allocate(payment, (row, "60"))).json()["allocations"]
    path = f"/payments/{payment['id']}/release"
    released = (await ledger.ask(path, allocation_id=part["id"])).json()
    assert (released["allocated_amount"], released["allocations"][0]["amount"]) == (
        money("0.00"), money("60.00"),
    )  # fmt: skip
    assert released["allocations"][0]["released_on"] == str(clock.today("Asia/Shanghai"))
    assert (await ledger.get(f"/receivables/{row['id']}"))["status"] == "open"
    before = await ledger.company.digest(*TABLES)
    assert refusal(await ledger.ask(path, allocation_id=part["id"]))[2] == "/allocation_id already_released"
    assert refusal(await ledger.ask(path, allocation_id=row["id"]))[2] == "/allocation_id reference_not_found"
    assert await ledger.company.digest(*TABLES) == before
    await ledger.check()


async def test_a_reversed_payment_leaves_everything_owed_and_stays_on_record(ledger: Ledger) -> None:
    order = await ledger.order("100")
    [of_order] = [{"id": str(row["id"])} for row in await ledger.owed(order_id=order["id"])]
    alone, payment = await ledger.owe("50"), await ledger.receive("150")
    assert (await ledger.allocate(payment, (of_order, "100"), (alone, "50"))).status_code == 200
    path = f"/payments/{payment['id']}"
    assert (await ledger.get(f"/orders/{order['id']}"))["payment_status"] == "paid"
    reversed_ = (await ledger.ask(f"{path}/reverse", reverse_reason="银行退票")).json()
    assert (reversed_["status"], reversed_["allocated_amount"]) == ("reversed", money("0.00"))
    assert [part["released_on"] is not None for part in reversed_["allocations"]] == [True, True]
    assert {row["status"] for row in await ledger.company.rows("receivables")} == {"open"}
    assert (await ledger.get(f"/orders/{order['id']}"))["paid_amount"] == money("0.00")
    before = await ledger.company.digest(*TABLES)
    assert (await ledger.change(path, reference="x")).status_code == 409
    assert (await ledger.ask(f"{path}/reverse", reverse_reason="x")).status_code == 409
    assert (await ledger.allocate(payment, (alone, "1"))).status_code == 409
    assert (await ledger.company.owner.http.delete(path, headers={"If-Match": "*"})).status_code == 405
    assert await ledger.company.digest(*TABLES) == before
    await ledger.check()


async def test_two_payments_at_once_never_pay_more_than_is_owed(ledger: Ledger) -> None:
    row = await ledger.owe("100")
    payments = [await ledger.receive("60") for _ in range(4)]
    answers = await asyncio.gather(*(ledger.allocate(payment, (row, "60")) for payment in payments))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]
    await ledger.check()


async def test_one_payment_at_once_never_settles_more_than_it_is(ledger: Ledger) -> None:
    rows = [await ledger.owe("60") for _ in range(4)]
    payment = await ledger.receive("100")
    answers = await asyncio.gather(*(ledger.allocate(payment, (row, "60")) for row in rows))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]
    await ledger.check()


async def test_payments_of_one_order_in_opposite_orders_all_count(ledger: Ledger) -> None:
    order = await ledger.order("400")
    body: dict[str, Any] = {"order_id": order["id"], "instalments": []}
    for month in (1, 2):
        body["instalments"].append({"name": "x", "due_on": f"2026-0{month}-01", "amount": money("200")})
    answer = await ledger.company.owner.http.post("/receivables/plan", json=body)
    one, two = answer.json()["data"]
    payments = [await ledger.receive("40") for _ in range(10)]
    answers = await asyncio.gather(
        *(
            ledger.allocate(
                payment, *(((one, "20"), (two, "20")) if place % 2 else ((two, "20"), (one, "20")))
            )
            for place, payment in enumerate(payments)
        )
    )
    assert [answer.status_code for answer in answers] == [200] * 10
    kept = await ledger.get(f"/orders/{order['id']}")
    assert (kept["paid_amount"], kept["payment_status"]) == (money("400.00"), "paid")
    await ledger.check()


async def test_an_order_is_paid_or_cancelled_never_both(ledger: Ledger) -> None:
    for _ in range(2):
        order, payment = await ledger.order("100"), await ledger.receive("100")
        [row] = [{"id": str(row["id"])} for row in await ledger.owed(order_id=order["id"])]
        paid, cancelled = await asyncio.gather(
            ledger.allocate(payment, (row, "100")),
            ledger.ask(f"/orders/{order['id']}/cancel", cancel_reason="x"),
        )
        assert (paid.status_code == 200) != (cancelled.status_code == 200), (paid.text, cancelled.text)
    await ledger.check()


async def test_numbers_are_without_a_gap_though_some_are_refused(ledger: Ledger) -> None:
    row = await ledger.owe("100")
    bodies = [
        ledger.payment("10", allocations=[{"receivable_id": row["id"], "amount": money(str(10 + place % 2))}])
        for place in range(12)
    ]
    http = ledger.company.owner.http
    answers = await asyncio.gather(*(http.post("/payments", json=body) for body in bodies))
    year = clock.today("Asia/Shanghai").year
    made = sorted(answer.json()["number"] for answer in answers if answer.status_code == 201)
    assert made == [f"P{year}-{place:05d}" for place in range(1, 7)]
