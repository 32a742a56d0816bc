"""The verbs of stock movements; what other records do to stock is in `allocation`."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from crm_api.catalog.products.resource import products
from crm_api.catalog.stock_levels.errors import InsufficientStock
from crm_api.catalog.stock_levels.service import StockLevelService
from crm_api.catalog.stock_movements.models import StockMovement, StockMovementKind
from crm_api.catalog.stock_movements.repository import Good, StockMovementRepository
from crm_api.catalog.stock_movements.resource import stock_movements
from crm_api.catalog.warehouses.resource import warehouses
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.kinds import Quantity
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.dictionaries.service import DictionaryService
from crm_api.setup.dictionary_types.models import STOCK_ADJUSTMENT_REASON


class Short(NamedTuple):
    """A place of the body that asks for more than is available."""

    pointer: str
    product_id: str
    available: Decimal
    asked: Decimal


class StockMovementService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = StockMovementRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What happened in a warehouse, booked by hand."""
        refuse_unwritable(self.uow, stock_movements, given)
        check(given)
        if given.get("reason") is not None:
            await DictionaryService(self.uow).check(STOCK_ADJUSTMENT_REASON, given["reason"], "/reason")
        movement = StockMovement.new(
            **{name: value for name, value in given.items() if name != "id" or value}
        )
        goods = await self.goods({"/product_id": movement.product_id})
        if not goods[movement.product_id].stocked:
            raise Invalid.at("/product_id", "product_not_stocked")
        places = {"/warehouse_id": movement.warehouse_id, "/to_warehouse_id": movement.to_warehouse_id}
        await self.demand_standing({pointer: place for pointer, place in places.items() if place})
        await self.book([movement], ["/quantity"])
        return await self._repository.answer(movement)

    async def goods(self, named: Mapping[str, str]) -> dict[str, Good]:
        """The products that a body names, by id, which stay as they are from here on; Invalid when one is not there."""
        found = await self._repository.goods(list(named.values()))
        _demand(named, found, products.singular)
        return found

    async def demand_standing(self, named: Mapping[str, str]) -> None:
        """The warehouses that a body names stay from here on; Invalid when one is not there."""
        _demand(named, await self._repository.standing(list(named.values())), warehouses.singular)

    async def book(self, movements: Sequence[StockMovement], pointers: Sequence[str]) -> None:
        """All of them or none: what each asks for must be there after those before it.

        `pointers` say where the quantity of each stands in the body. Every level is locked before the first is read.
        """
        levels = StockLevelService(self.uow)
        opening = {place for movement in movements for place in movement.opens}
        places = {place for movement in movements for place in (movement.here, movement.there) if place}
        held = await levels.locked(places, opening)
        short: list[Short] = []
        for movement, pointer in zip(movements, pointers, strict=True):
            level, by_hand = held[movement.here], movement.by_hand
            change = movement.settle(level.on_hand)
            if not level.bears(*change):
                short.append(Short(pointer, level.product_id, level.available, change.asked))
                continue
            level.move(*change, by_hand=by_hand)
            if movement.there:
                held[movement.there].move(movement.quantity, Decimal(0), by_hand=by_hand)
        if short:
            raise await self._refusal(short)
        await levels.keep([level for level in held.values() if level.is_new or level.changes()])
        await self._repository.add_all(movements)

    async def _refusal(self, short: Sequence[Short]) -> InsufficientStock:
        goods, show = await self._repository.goods([found.product_id for found in short]), Quantity().show
        return InsufficientStock(
            [
                Fault(
                    "pointer",
                    found.pointer,
                    "not_available",
                    {
                        "product": goods[found.product_id].code,
                        "product_id": found.product_id,
                        "available": show(found.available),
                        "asked": show(found.asked),
                    },
                )
                for found in short
            ]
        )


def check(given: Mapping[str, Any]) -> None:
    """Whether a body says what its kind needs, and nothing else."""
    kind, quantity = given["kind"], given["quantity"]
    least = {StockMovementKind.COUNT: ">= 0", StockMovementKind.ADJUSTMENT: "<> 0"}.get(kind, "> 0")
    fits = {">= 0": quantity >= 0, "<> 0": quantity != 0, "> 0": quantity > 0}[least]
    faults = [] if fits else [Fault("pointer", "/quantity", "out_of_range", {"expected": least})]
    to = given.get("to_warehouse_id")
    if kind is StockMovementKind.TRANSFER and to is None:
        faults.append(Fault("pointer", "/to_warehouse_id", "required"))
    if to is not None and (kind is not StockMovementKind.TRANSFER or to == given["warehouse_id"]):
        faults.append(Fault("pointer", "/to_warehouse_id", "not_elsewhere"))
    if kind is StockMovementKind.ADJUSTMENT and given.get("reason") is None:
        faults.append(Fault("pointer", "/reason", "required"))
    if faults:
        raise Invalid(faults=faults)


def _demand(named: Mapping[str, str], found: Any, resource: str) -> None:
    faults = [
        Fault("pointer", pointer, "reference_not_found", {"resource": resource})
        for pointer, record_id in named.items()
        if record_id not in found
    ]
    if faults:
        raise Invalid(faults=faults)
