"""`/api/v1/stock-levels`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.catalog.stock_levels.resource import stock_levels
from crm_api.catalog.stock_levels.schemas import StockLevelRead, StockLevelUpdate
from crm_api.catalog.stock_levels.service import StockLevelService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/stock-levels", tags=["stock-levels"], route_class=KitRoute)
CanUpdate = Annotated[UnitOfWork, allowed(stock_levels.update)]

reads(router, stock_levels, StockLevelRead)


@router.patch(
    "/{stock_level_id}",
    response_model=StockLevelRead,
    operation_id="stock_levels_update",
    summary="Change a stock level",
)
async def update_stock_level(stock_level_id: str, data: StockLevelUpdate, uow: CanUpdate) -> Any:
    """When it is low. Its quantities are changed by movements alone."""
    return await StockLevelService(uow).update(stock_level_id, data.given())
