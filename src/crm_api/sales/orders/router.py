"""`/api/v1/orders`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.owning import Assignment
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes
from crm_api.sales.orders.fulfilment import FulfilmentService
from crm_api.sales.orders.promising import PromiseService
from crm_api.sales.orders.resource import (
    ASSIGN,
    CANCEL,
    CANCEL_REMAINDER,
    CLOSE,
    DELIVER,
    PACK,
    PICK,
    POSTPONE,
    RETURN,
    SHIP,
    orders,
)
from crm_api.sales.orders.schemas import (
    DelayNoticeList,
    OrderCancel,
    OrderCancelRemainder,
    OrderCreate,
    OrderPostpone,
    OrderRead,
    OrderReturn,
    OrderShip,
    OrderUpdate,
    ShipmentList,
)
from crm_api.sales.orders.service import OrderService

router = APIRouter(prefix="/api/v1/orders", tags=["orders"], route_class=KitRoute)
CanRead = Annotated[UnitOfWork, allowed(orders.read)]
CanCreate = Annotated[UnitOfWork, allowed(orders.create)]
CanUpdate = Annotated[UnitOfWork, allowed(orders.update)]
CanAssign = Annotated[UnitOfWork, allowed(ASSIGN)]
CanPick = Annotated[UnitOfWork, allowed(PICK)]
CanPack = Annotated[UnitOfWork, allowed(PACK)]
CanShip = Annotated[UnitOfWork, allowed(SHIP)]
CanDeliver = Annotated[UnitOfWork, allowed(DELIVER)]
CanClose = Annotated[UnitOfWork, allowed(CLOSE)]
CanCancel = Annotated[UnitOfWork, allowed(CANCEL)]
CanCancelRemainder = Annotated[UnitOfWork, allowed(CANCEL_REMAINDER)]
CanReturn = Annotated[UnitOfWork, allowed(RETURN)]
CanPostpone = Annotated[UnitOfWork, allowed(POSTPONE)]
ONE_PAGE = {"next_cursor": None, "prev_cursor": None, "has_more": False}

reads(router, orders, OrderRead)
writes(router, orders, OrderCreate, OrderUpdate, OrderService, OrderRead)


@router.post(
    "", status_code=201, response_model=OrderRead, operation_id="orders_create", summary="Place an order"
)
async def create_order(data: OrderCreate, uow: CanCreate) -> Any:
    """What is stocked is reserved, all of it or nothing is.

    409 names each product that is short, what is available and what was asked. `credit` needs the right to grant it (403).
    """
    return await OrderService(uow).create(data.given())


@router.patch(
    "/{order_id}", response_model=OrderRead, operation_id="orders_update", summary="Change an order"
)
async def update_order(order_id: str, data: OrderUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears. What was bought stays as it was placed: cancel it and place another. 409 once it is over."""
    return await OrderService(uow).update(order_id, data.given())


@router.post(
    "/{order_id}/assign", response_model=OrderRead, operation_id="orders_assign", summary="Assign an order"
)
async def assign_order(order_id: str, data: Assignment, uow: CanAssign) -> Any:
    """Give it to another user, or to nobody; the team it counts for follows the new owner. 409 once it is over."""
    return await OrderService(uow).update(order_id, data.given())


@router.post(
    "/{order_id}/pick", response_model=OrderRead, operation_id="orders_pick", summary="Pick an order"
)
async def pick_order(order_id: str, uow: CanPick) -> Any:
    """Its goods are being taken from the shelves: placed becomes picking. 409 in any other status."""
    return await FulfilmentService(uow).pick(order_id)


@router.post(
    "/{order_id}/pack", response_model=OrderRead, operation_id="orders_pack", summary="Pack an order"
)
async def pack_order(order_id: str, uow: CanPack) -> Any:
    """Picking becomes packed. 409 in any other status."""
    return await FulfilmentService(uow).pack(order_id)


@router.post(
    "/{order_id}/ship", response_model=OrderRead, operation_id="orders_ship", summary="Ship an order"
)
async def ship_order(order_id: str, uow: CanShip, data: OrderShip | None = None) -> Any:
    """What the body names leaves, or everything that remains; stock goes down with it.

    Packed, or shipped in part, becomes shipped, in part or in full. 409 for more of a line than remains, and before a
    prepaid order is paid in full.
    """
    return await FulfilmentService(uow).ship(order_id, data.given() if data else {})


@router.post(
    "/{order_id}/deliver",
    response_model=OrderRead,
    operation_id="orders_deliver",
    summary="Deliver an order",
)
async def deliver_order(order_id: str, uow: CanDeliver) -> Any:
    """It has arrived: shipped becomes delivered. 409 in any other status."""
    return await FulfilmentService(uow).deliver(order_id)


@router.post(
    "/{order_id}/close", response_model=OrderRead, operation_id="orders_close", summary="Close an order"
)
async def close_order(order_id: str, uow: CanClose) -> Any:
    """Nothing is left to do: delivered becomes closed, for good. 409 in any other status."""
    return await FulfilmentService(uow).close(order_id)


@router.post(
    "/{order_id}/cancel", response_model=OrderRead, operation_id="orders_cancel", summary="Cancel an order"
)
async def cancel_order(order_id: str, data: OrderCancel, uow: CanCancel) -> Any:
    """Nothing comes of it: what was reserved is free again. 409 once anything was shipped, or while anything is paid.

    After a part has left, `cancel-remainder` ends it.
    """
    return await FulfilmentService(uow).cancel(order_id, data.cancel_reason)


@router.post(
    "/{order_id}/cancel-remainder",
    response_model=OrderRead,
    operation_id="orders_cancel_remainder",
    summary="Cancel the rest of an order",
)
async def cancel_remainder(order_id: str, data: OrderCancelRemainder, uow: CanCancelRemainder) -> Any:
    """What has not left of an order shipped in part will not: all of it, or what the body names. Its stock is free again.

    It is not owed any more; what was paid beyond that is due as a refund. With nothing left to ship the order is shipped,
    and goes on to delivery. 409 in any other status, for more of a line than remains, and while more is invoiced, or
    applied for, than would be owed.
    """
    return await FulfilmentService(uow).cancel_remainder(order_id, data.given())


@router.post(
    "/{order_id}/return",
    response_model=OrderRead,
    operation_id="orders_return",
    summary="Take goods of an order back",
)
async def return_order(order_id: str, data: OrderReturn, uow: CanReturn) -> Any:
    """What the body names is in stock again, and not owed any more; what was paid beyond that is due as a refund.

    When all of it has come back the order is returned. 409 for more of a line than has left, and once it is closed.
    """
    return await FulfilmentService(uow).take_back(order_id, data.given())


@router.post(
    "/{order_id}/postpone",
    response_model=OrderRead,
    operation_id="orders_postpone",
    summary="Postpone lines of an order",
)
async def postpone_order(order_id: str, data: OrderPostpone, uow: CanPostpone) -> Any:
    """Promise a later day. Each time makes one delay notice for all lines that are put off; repeating a day makes none.

    A line that had no promise gets its first one. 422 for an earlier day, 409 once everything was shipped.
    """
    return await PromiseService(uow).postpone(order_id, data.given())


@router.get(
    "/{order_id}/shipments",
    response_model=ShipmentList,
    operation_id="orders_shipments",
    summary="List the shipments of an order",
)
async def list_shipments(order_id: str, uow: CanRead) -> Any:
    """What left and what came back, when and by whom, the first one first."""
    return {"data": await OrderService(uow).shipments(order_id), "page": ONE_PAGE}


@router.get(
    "/{order_id}/delay-notices",
    response_model=DelayNoticeList,
    operation_id="orders_delay_notices",
    summary="List the delay notices of an order",
)
async def list_delay_notices(order_id: str, uow: CanRead) -> Any:
    """What the customer has to be told: which promises were put off, when and why, the first one first."""
    return {"data": await OrderService(uow).delay_notices(order_id), "page": ONE_PAGE}
