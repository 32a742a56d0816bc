"""The SQL that products have of their own."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, Select, Text, Uuid, func, select
from sqlalchemy.sql.expression import bindparam

from crm_api.catalog.products.models import Cost, Floor, Offer, Product, ProductLifecycle
from crm_api.catalog.products.resource import products
from crm_api.kit.access import access_values
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

_IDS = bindparam("ids", type_=ARRAY(Uuid(as_uuid=False)))


class ProductRepository(Repository[Product]):
    """Products of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, products)

    async def offers(self, product_ids: Iterable[str]) -> dict[str, Offer]:
        """The visible ones among some products."""
        reach = self.uow.principal.reach(products.read)
        scope = products.access.scope(self.uow.principal, reach, products.name)

        def build() -> Select[Any]:
            rows = scoped(Product, "p")
            return select(
                rows.c.id.cast(Text),
                rows.c.list_price,
                rows.c.list_price_currency,
                rows.c.lifecycle,
                rows.c.name,
                rows.c.unit,
                rows.c.tax_rate,
            ).where(
                rows.c.id == func.any(_IDS),
                products.access.predicate(rows, scope, products.name),
                *products.alive(rows),
            )

        values = {**access_values(self.uow.principal, reach), "ids": sorted(set(product_ids))}
        found = await self.uow.fetch(("offers", scope), build, values)
        return {row[0]: Offer(row[1], row[2], row[3] != ProductLifecycle.RETIRED, *row[4:]) for row in found}

    async def floors(self, product_ids: Iterable[str]) -> dict[str, Floor]:
        """Which of some products have a floor price, and what it is."""
        rows = await self.uow.fetch("floor prices", _floors, {"ids": sorted(set(product_ids))})
        return {row[0]: Floor(*row[1:]) for row in rows}

    async def costs(self, product_ids: Iterable[str]) -> dict[str, Cost]:
        """What some products cost, those of which it is known."""
        found = await self.uow.fetch("costs of products", _costs, {"ids": sorted(set(product_ids))})
        return {row[0]: Cost(row[1], row[2]) for row in found}


def _floors() -> Select[Any]:
    rows = scoped(Product, "p")
    return select(rows.c.id.cast(Text), rows.c.floor_price, rows.c.floor_price_currency).where(
        rows.c.id == func.any(_IDS), rows.c.floor_price.is_not(None)
    )


def _costs() -> Select[Any]:
    rows = scoped(Product, "p")
    return select(rows.c.id.cast(Text), rows.c.cost, rows.c.cost_currency).where(
        rows.c.id == func.any(_IDS), rows.c.cost.is_not(None)
    )
