"""Whoever meets in two processes, one wins; and each race finds it when nothing would decide."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.factories.ledger import money, open_ledger
from tests.races.clients import BATCHES, CLIENTS, KINDS, Wish, open_market
from tests.races.pairs import ANY, Pair, meet, statuses, unguard
from tests.races.races import RACES

ROUNDS, FEW, PLACED = 500, 20, 10


@pytest.mark.parametrize("name", RACES)
async def test_one_wins(pair: Pair, name: str) -> None:
    async with pair.another() as other:
        assert await RACES[name](other, ROUNDS) == []


@pytest.mark.parametrize("name", RACES)
async def test_without_its_guard_it_is_broken(unguarded: Pair, name: str) -> None:
    await unguard(unguarded, name)
    for _ in range(ROUNDS // FEW):
        async with unguarded.another() as other:
            if await RACES[name](other, FEW):
                return
    pytest.fail("nobody met")


@given(BATCHES)
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_whatever_eight_clients_do_at_once(pair: Pair, batches: list[list[Wish]]) -> None:
    async with pair.another() as other:
        await (await open_market(other)).play(batches)


@pytest.mark.parametrize("name", ["stock", "allocate_twice", "ship"])
async def test_eight_clients_find_a_missing_guard(unguarded: Pair, name: str) -> None:
    await unguard(unguarded, name)
    async with unguarded.another() as other:
        market = await open_market(other)
        with pytest.raises(AssertionError):
            await market.play([Wish(kind, 0, 1)] * CLIENTS for kind in KINDS * 2)


async def test_whoever_pays_for_a_contract_and_whoever_cancels_its_orders_do_not_wait_for_each_other(
    pair: Pair,
) -> None:
    async with pair.another() as other:
        ledger = await open_ledger(other.company)
        contract = await ledger.contract("1000")
        due = {"name": "P", "due_on": "2026-01-31", "amount": money("1000"), "contract_id": contract["id"]}
        owed = await other.company.owner.create("/receivables", **due)
        payment = await ledger.receive("1000")
        part = {"allocations": [{"receivable_id": owed["id"], "amount": money("10")}]}
        orders = [await ledger.order("100", contract_id=contract["id"]) for _ in range(PLACED)]
        for order in orders:
            cancel, pay = f"/orders/{order['id']}/cancel", f"/payments/{payment['id']}/allocate"
            requests = [side.post(pay, json=part, headers=ANY) for side in other.owner * 2]
            requests.append(other.owner[0].post(cancel, json={"cancel_reason": "x"}, headers=ANY))
            assert statuses(await meet(*requests), *[200] * 5) is None
        assert await other.company.rows("orders", status="placed") == []
        (row,) = await other.company.rows("receivables")
        assert row["paid_amount"] == PLACED * 40
