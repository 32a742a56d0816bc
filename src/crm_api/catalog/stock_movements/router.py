"""`/api/v1/stock-movements`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.catalog.stock_movements.resource import stock_movements
from crm_api.catalog.stock_movements.schemas import StockMovementCreate, StockMovementRead
from crm_api.catalog.stock_movements.service import StockMovementService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/stock-movements", tags=["stock-movements"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(stock_movements.create)]

reads(router, stock_movements, StockMovementRead)


@router.post(
    "",
    status_code=201,
    response_model=StockMovementRead,
    operation_id="stock_movements_create",
    summary="Book a stock movement",
)
async def create_stock_movement(data: StockMovementCreate, uow: CanCreate) -> Any:
    """Once and for all: what was wrong is put right by another movement.

    409 when more is asked for than is available; the fault names the product, what is available and what was asked.
    What orders have reserved can neither be issued nor released by hand.
    """
    return await StockMovementService(uow).create(data.given())
