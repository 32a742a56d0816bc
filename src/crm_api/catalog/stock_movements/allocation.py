"""What a record such as an order does to stock: in its own transaction, all of its lines or none."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from crm_api.catalog.stock_movements.models import StockMovement, StockMovementKind
from crm_api.catalog.stock_movements.service import StockMovementService
from crm_api.kit.uow import UnitOfWork


class Demand(NamedTuple):
    """So much of a product, asked for at a place of the body."""

    product_id: str
    quantity: Decimal
    pointer: str = ""


class AllocationService:
    """Reserves, gives back, ships and takes back what one record is about; what it reserved nobody else releases."""

    def __init__(self, uow: UnitOfWork, source_type: str, source_id: str) -> None:
        self.uow = uow
        self._movements = StockMovementService(uow)
        self._source = {"source_type": source_type, "source_id": source_id}

    async def stocked(self, demands: Sequence[Demand]) -> list[bool]:
        """Which of them are of products whose stock is kept: those are reserved, the others need not be."""
        goods = await self._movements.goods({demand.pointer: demand.product_id for demand in demands})
        return [goods[demand.product_id].stocked for demand in demands]

    async def reserve(self, warehouse_id: str, demands: Sequence[Demand]) -> None:
        """Promise what is available, or refuse with everything that is short (InsufficientStock)."""
        await self._movements.demand_standing({"/warehouse_id": warehouse_id})
        await self._book(StockMovementKind.RESERVATION, warehouse_id, demands)

    async def release(self, warehouse_id: str, demands: Sequence[Demand]) -> None:
        """Promise it no more."""
        await self._book(StockMovementKind.RELEASE, warehouse_id, demands)

    async def ship(self, warehouse_id: str, demands: Sequence[Demand]) -> None:
        """What was promised leaves the warehouse."""
        await self._book(StockMovementKind.ISSUE, warehouse_id, demands)

    async def take_back(self, warehouse_id: str, demands: Sequence[Demand]) -> None:
        """What had left is there again."""
        await self._movements.demand_standing({"/warehouse_id": warehouse_id})
        await self._book(StockMovementKind.RECEIPT, warehouse_id, demands)

    async def _book(self, kind: StockMovementKind, warehouse_id: str, demands: Sequence[Demand]) -> None:
        if not demands:
            return
        movements = [
            StockMovement.new(
                kind=kind,
                warehouse_id=warehouse_id,
                product_id=demand.product_id,
                quantity=demand.quantity,
                **self._source,
            )
            for demand in demands
        ]
        await self._movements.book(movements, [demand.pointer for demand in demands])
