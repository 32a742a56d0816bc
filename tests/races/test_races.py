"""Whoever meets in two processes, one wins; and each race finds it when nothing would decide."""

import pytest

from tests.races.pairs import Pair
from tests.races.races import RACES

ROUNDS, FEW = 500, 60


@pytest.mark.parametrize("name", RACES)
async def test_one_wins(pair: Pair, name: str) -> None:
    assert await RACES[name](pair, ROUNDS) == []


@pytest.mark.parametrize("name", RACES)
async def test_without_its_guard_it_is_broken(unguarded: Pair, name: str) -> None:
    for side in unguarded.owner:
        answer = await side.put(f"{str(side.base_url).removesuffix('/api/v1/')}/unguarded/{name}")
        assert answer.status_code == 204
    assert await RACES[name](unguarded, FEW)
