"""The SQL that stock movements have of their own."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Select, Text, Uuid, func, select
from sqlalchemy.sql.expression import bindparam

from crm_api.catalog.products.models import Product
from crm_api.catalog.stock_movements.models import StockMovement
from crm_api.catalog.stock_movements.resource import stock_movements
from crm_api.catalog.warehouses.models import Warehouse
from crm_api.kit import clock, effects
from crm_api.kit.diffs import changes_of
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

_IDS = bindparam("ids", type_=ARRAY(Uuid(as_uuid=False)))


class Good(NamedTuple):
    """What a movement needs to know of a product."""

    code: str
    stocked: bool


class StockMovementRepository(Repository[StockMovement]):
    """Stock movements of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, stock_movements)

    async def goods(self, product_ids: Collection[str]) -> dict[str, Good]:
        """The live ones among some products; until the commit they stay as they are."""
        rows = await self.uow.fetch("goods", _goods, {"ids": sorted(set(product_ids))})
        return {row[0]: Good(row[1], row[2]) for row in rows}

    async def standing(self, warehouse_ids: Collection[str]) -> set[str]:
        """The live ones among some warehouses; until the commit they stay."""
        rows = await self.uow.fetch("standing", _standing, {"ids": sorted(set(warehouse_ids))})
        return {row[0] for row in rows}

    async def add_all(self, movements: Sequence[StockMovement]) -> None:
        """Write new movements down, each with its event."""
        at = clock.now()
        for movement in movements:
            await self.begin(movement, {})
        told = [(movement, changes_of(self.resource, movement, movement.changes())) for movement in movements]
        await self.uow.many(
            "insert movements",
            lambda: effects.insert_of(StockMovement),
            [movement.__dict__ for movement in movements],
        )
        await effects.events(self.uow, self.resource, "created", told, at)


def _goods() -> Select[Any]:
    rows = scoped(Product, "p")
    return (
        select(rows.c.id.cast(Text), rows.c.code, rows.c.stocked)
        .where(rows.c.id == func.any(_IDS), rows.c.deleted_at.is_(None))
        .order_by(rows.c.id)
        .with_for_update(read=True, of=rows)
    )


def _standing() -> Select[Any]:
    rows = scoped(Warehouse, "w")
    return (
        select(rows.c.id.cast(Text))
        .where(rows.c.id == func.any(_IDS), rows.c.deleted_at.is_(None))
        .order_by(rows.c.id)
        .with_for_update(read=True, of=rows)
    )
