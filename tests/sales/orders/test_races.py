"""Several at once: nothing is promised or shipped twice, and nobody waits in a circle."""

import asyncio

import pytest

from tests.factories.companies import Company
from tests.factories.shop import Shop


@pytest.fixture
async def shop(company: Company) -> Shop:
    found = Shop(company)
    await found.open(P=20, Q=20)
    return found


async def test_the_last_goods_are_promised_once(shop: Shop) -> None:
    answers = await asyncio.gather(*(shop.ask(("P", 4)) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [409] * 3
    assert await shop.counts("P") == ("20", "20", "0")
    await shop.check_orders()


async def test_lines_in_opposite_order_do_not_stop_each_other(shop: Shop) -> None:
    answers = await asyncio.gather(
        *(shop.ask(*((("P", 1), ("Q", 1)) if place % 2 else (("Q", 1), ("P", 1)))) for place in range(12))
    )
    assert [answer.status_code for answer in answers] == [201] * 12
    numbers = sorted(answer.json()["number"][-5:] for answer in answers)
    assert numbers == [f"{place:05d}" for place in range(1, 13)]
    await shop.check_orders()


async def test_what_is_left_is_shipped_once(shop: Shop) -> None:
    made = await shop.place(("P", 3))
    await shop.through(made["id"], "pick", "pack")
    two = {"lines": [{"line_id": made["lines"][0]["id"], "quantity": "2"}]}
    answers = await asyncio.gather(*(shop.do(made["id"], "ship", two) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await shop.counts("P") == ("18", "1", "17")
    versions = {"If-Match": f'"v{next(a.json()["version"] for a in answers if a.status_code == 200)}"'}
    answers = await asyncio.gather(*(shop.do(made["id"], "ship", headers=versions) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert await shop.counts("P") == ("17", "0", "17")
    back = {"lines": [{"line_id": made["lines"][0]["id"], "quantity": "2"}]}
    answers = await asyncio.gather(*(shop.do(made["id"], "return", back) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert await shop.counts("P") == ("19", "0", "19")
    await shop.check_orders()


async def test_it_is_cancelled_or_shipped_never_both(shop: Shop) -> None:
    for _ in range(3):
        made = await shop.place(("P", 1))
        await shop.through(made["id"], "pick", "pack")
        shipped, cancelled = await asyncio.gather(
            shop.do(made["id"], "ship"), shop.do(made["id"], "cancel", {"cancel_reason": "x"})
        )
        assert sorted((shipped.status_code, cancelled.status_code)) == [200, 409]
    await shop.check_orders()


async def test_of_two_payments_or_a_payment_and_a_cancellation_one_is_refused(shop: Shop) -> None:
    made = await shop.place(("P", 1))
    paid, cancelled = await asyncio.gather(
        shop.pay(made["id"], "100"),
        shop.do(made["id"], "cancel", {"cancel_reason": "x"}),
        return_exceptions=True,
    )
    assert isinstance(paid, Exception) != (cancelled.status_code == 409)
    (row,) = await shop.company.rows("orders")
    assert (row["status"], int(row["paid_amount"])) in (("cancelled", 0), ("placed", 100))


async def test_a_slip_that_is_told_twice_at_once_makes_one_notice(shop: Shop) -> None:
    body = shop.body(("P", 1))
    body["lines"][0]["promised_on"] = "2026-02-01"
    made = (await shop.company.owner.http.post("/orders", json=body)).json()
    line = {"line_id": made["lines"][0]["id"], "promised_on": "2026-02-10"}
    answers = await asyncio.gather(
        *(shop.do(made["id"], "postpone", {"lines": [line], "reason": "supplier"}) for _ in range(4))
    )
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len(await shop.company.rows("order_delay_notices")) == 1
    assert len(await shop.company.rows("events", type="order.delayed")) == 1
