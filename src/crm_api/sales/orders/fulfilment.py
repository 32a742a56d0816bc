"""What becomes of the goods of an order, from the shelf to the customer and back."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from crm_api.catalog.stock_movements.allocation import AllocationService, Demand
from crm_api.kit import clock
from crm_api.kit.errors import Invalid
from crm_api.kit.kinds import Quantity
from crm_api.kit.registries import ask_gates
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.orders.errors import QuantityExceeded
from crm_api.sales.orders.models import STATES, Order, OrderLine, Shipment, ShipmentKind
from crm_api.sales.orders.repository import OrderRepository
from crm_api.sales.orders.resource import LINES, orders


class Part(NamedTuple):
    """So much of a line, asked for at a place of the body."""

    line: OrderLine
    quantity: Decimal
    pointer: str = ""


class FulfilmentService:
    """Raises kinds, emits facts; never queries, never commits.

    Whoever changes an order holds its row: of two at once the second meets what the first has left.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = OrderRepository(uow)

    async def pick(self, order_id: str) -> dict[str, Any]:
        """Its goods are being taken from the shelves."""
        return await self._take(order_id, "pick", "picked")

    async def pack(self, order_id: str) -> dict[str, Any]:
        """They are packed."""
        return await self._take(order_id, "pack", "packed")

    async def deliver(self, order_id: str) -> dict[str, Any]:
        """They have arrived."""
        return await self._take(order_id, "deliver", "delivered", delivered_at=clock.now())

    async def close(self, order_id: str) -> dict[str, Any]:
        """Nothing is left to do."""
        return await self._take(order_id, "close", "closed")

    async def ship(self, order_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """What the body names leaves, or everything that remains; stock goes down with it."""
        order, lines = await self._loaded(order_id)
        order.ship(clock.now())
        parts = []
        for part in _remaining(lines, given):
            part.line.shipped += part.quantity
            part.line.reserved -= part.quantity if part.line.stocked else 0
            parts.append(part)
        order.leave_behind(lines)
        if order.warehouse_id is not None:
            await self._stock(order).ship(order.warehouse_id, _demands(parts))
        self._log(order, ShipmentKind.OUT, parts, given, order.warehouse_id)
        return await self._repository.save(order, event="shipped", children={LINES.name: lines})

    async def take_back(self, order_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """What the body names is in stock again and not owed any more."""
        await ask_gates("orders.reckon", self.uow, order_id)
        order, lines = await self._loaded(order_id)
        STATES.take(order, "return", clock.now())
        parts = _parts(lines, given["lines"])
        for line, quantity, pointer in parts:
            if quantity > line.shipped - line.returned:
                raise QuantityExceeded(pointer, _plain(line.shipped - line.returned))
            line.returned += quantity
        order.take_back(lines, clock.now())
        await ask_gates("orders.return", self.uow, order)
        to = given.get("warehouse_id") or order.warehouse_id
        if to is not None:
            await self._stock(order).take_back(to, _demands(parts))
        self._log(order, ShipmentKind.BACK, parts, given, to)
        return await self._repository.save(order, event="returned", children={LINES.name: lines})

    async def cancel(self, order_id: str, reason: str) -> dict[str, Any]:
        """Nothing comes of it: what was reserved is free again."""
        await ask_gates("orders.reckon", self.uow, order_id)
        order, lines = await self._loaded(order_id)
        STATES.demand(order, "cancel")
        # first: what was paid by its contract is given up by the order
        await ask_gates("orders.cancel", self.uow, order)
        order.cancel(reason, clock.now())
        parts = [Part(line, line.reserved) for line in lines if line.reserved]
        for line, _, _ in parts:
            line.reserved = Decimal(0)
        if order.warehouse_id is not None:
            await self._stock(order).release(order.warehouse_id, _demands(parts))
        return await self._repository.save(order, event="cancelled", children={LINES.name: lines})

    async def cancel_remainder(self, order_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Of an order of which a part has left, what the body names is not shipped any more, or all that remains."""
        await ask_gates("orders.reckon", self.uow, order_id)
        order, lines = await self._loaded(order_id)
        at = clock.now()
        STATES.take(order, "cancel_remainder", at)
        parts = []
        for part in _remaining(lines, given):
            part.line.cancelled += part.quantity
            part.line.reserved -= part.quantity if part.line.stocked else 0
            parts.append(part)
        order.cancel_remainder(lines, given["cancel_reason"], at)
        await ask_gates("orders.cancel_remainder", self.uow, order)
        if order.warehouse_id is not None:
            await self._stock(order).release(order.warehouse_id, _demands(parts))
        return await self._repository.save(order, event="remainder_cancelled", children={LINES.name: lines})

    async def _take(self, order_id: str, verb: str, event: str, **values: Any) -> dict[str, Any]:
        order = await self._repository.load(order_id)
        STATES.take(order, verb, clock.now())
        order.apply(values)
        return await self._repository.save(order, event=event)

    async def _loaded(self, order_id: str) -> tuple[Order, list[OrderLine]]:
        order = await self._repository.load(order_id)
        return order, await self._repository.children(order, LINES.name)

    def _stock(self, order: Order) -> AllocationService:
        return AllocationService(self.uow, orders.name, order.id)

    def _log(
        self,
        order: Order,
        kind: ShipmentKind,
        parts: Sequence[Part],
        given: Mapping[str, Any],
        warehouse_id: str | None,
    ) -> None:
        said = {name: given.get(name) for name in ("carrier", "tracking_number", "note")}
        moved = [{"line_id": part.line.id, "quantity": _plain(part.quantity)} for part in parts]
        self._repository.log(
            Shipment.new(
                order_id=order.id,
                kind=kind,
                warehouse_id=warehouse_id,
                lines=moved,
                moved_at=clock.now(),
                moved_by=self.uow.principal.id,
                **said,
            )
        )


def _remaining(lines: Sequence[OrderLine], given: Mapping[str, Any]) -> Iterator[Part]:
    """What a body names of an order's lines, or all that remains; of a line no more than remains by then."""
    if given.get("lines") is None:
        parts = [Part(line, line.remaining) for line in lines if line.remaining]
    else:
        parts = _parts(lines, given["lines"])
    for part in parts:
        if part.quantity > part.line.remaining:
            raise QuantityExceeded(part.pointer, _plain(part.line.remaining))
        yield part


def _parts(lines: Sequence[OrderLine], given: Sequence[Mapping[str, Any]]) -> list[Part]:
    """What a body names of an order's lines; Invalid for a line that is none of them."""
    known = {line.id: line for line in lines}
    for place, item in enumerate(given):
        if item["line_id"] not in known:
            raise Invalid.at(f"/lines/{place}/line_id", "reference_not_found", resource="order_line")
    return [
        Part(known[item["line_id"]], item["quantity"], f"/lines/{place}/quantity")
        for place, item in enumerate(given)
    ]


def _demands(parts: Sequence[Part]) -> list[Demand]:
    return [Demand(line.product_id, quantity, at) for line, quantity, at in parts if line.stocked]


def _plain(quantity: Decimal) -> str:
    return Quantity().show(quantity) or "0"
