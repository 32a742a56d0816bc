"""Whoever meets in two processes, one wins; and each race finds it when nothing would decide."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.races.clients import BATCHES, CLIENTS, KINDS, Wish, open_market
from tests.races.pairs import Pair, unguard
from tests.races.races import RACES

ROUNDS, FEW = 500, 20


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
