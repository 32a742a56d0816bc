"""The SQL that warehouses have of their own."""

from typing import Any

from sqlalchemy import Select, Text, literal, select

from crm_api.catalog.warehouses.models import Warehouse
from crm_api.catalog.warehouses.resource import warehouses
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork


class WarehouseRepository(Repository[Warehouse]):
    """Warehouses of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, warehouses)

    async def only(self) -> str | None:
        """The one warehouse of a company that has one."""
        rows = await self.uow.fetch("only warehouse", _first_two, {})
        return str(rows[0][0]) if len(rows) == 1 else None


def _first_two() -> Select[Any]:
    rows = scoped(Warehouse, "w")
    return select(rows.c.id.cast(Text)).where(rows.c.deleted_at.is_(None)).limit(literal(2))
