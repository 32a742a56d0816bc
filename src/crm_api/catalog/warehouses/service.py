"""The verbs of warehouses."""

from collections.abc import Mapping
from typing import Any

from crm_api.catalog.warehouses.models import Warehouse
from crm_api.catalog.warehouses.repository import WarehouseRepository
from crm_api.catalog.warehouses.resource import warehouses
from crm_api.kit import clock
from crm_api.kit.registries import ask_gates
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork


class WarehouseService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = WarehouseRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new warehouse; an equal code is refused."""
        refuse_unwritable(self.uow, warehouses, given)
        warehouse = Warehouse.new()
        warehouse.put({name: value for name, value in given.items() if name != "id" or value})
        return await self._repository.add(warehouse)

    async def update(self, warehouse_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears."""
        refuse_unwritable(self.uow, warehouses, given)
        warehouse = await self._repository.load(warehouse_id)
        warehouse.put(dict(given))
        return await self._repository.save(warehouse)

    async def delete(self, warehouse_id: str) -> None:
        """Softly, once nothing is kept there."""
        warehouse = await self._repository.load(warehouse_id)
        await ask_gates("warehouses.delete", self.uow, warehouse)
        warehouse.deleted_at = clock.now()
        await self._repository.save(warehouse, event="deleted")

    async def restore(self, warehouse_id: str) -> dict[str, Any]:
        """Undo a deletion, unless another warehouse has taken its code or external id meanwhile."""
        warehouse = await self._repository.load(warehouse_id, deleted=True)
        warehouse.deleted_at = None
        return await self._repository.save(warehouse, event="restored")

    async def usual(self) -> str | None:
        """Where goods come from when nobody says: the only warehouse there is."""
        return await self._repository.only()
