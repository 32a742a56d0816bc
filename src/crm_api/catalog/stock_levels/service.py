"""The verbs of stock levels, and what movements do to them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from crm_api.catalog.stock_levels.models import Place, StockLevel
from crm_api.catalog.stock_levels.repository import StockLevelRepository
from crm_api.catalog.stock_levels.resource import stock_levels
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork


class StockLevelService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = StockLevelRepository(uow)

    async def update(self, stock_level_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Another reorder point; whether the level is low follows."""
        refuse_unwritable(self.uow, stock_levels, given)
        level = await self._repository.load(stock_level_id)
        level.apply(given)
        level.judge()
        return await self._repository.save(level)

    async def locked(self, places: Collection[Place], opening: Collection[Place]) -> dict[Place, StockLevel]:
        """The levels of some places, for movements; those of `opening` are made when they are not there.

        Others wait from here on until the commit. A place without a level has nothing in stock.
        """
        if opening:
            await self._repository.open(opening)
        found = await self._repository.lock(places)
        return {place: found.get(place) or StockLevel.at(place) for place in places}

    async def keep(self, levels: Sequence[StockLevel]) -> None:
        """Write levels that movements have changed, and tell of each."""
        await self._repository.keep(levels)
