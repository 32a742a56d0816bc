"""`/api/v1/exchange-rates`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes
from crm_api.setup.exchange_rates.resource import exchange_rates
from crm_api.setup.exchange_rates.schemas import ExchangeRateCreate, ExchangeRateRead, ExchangeRateUpdate
from crm_api.setup.exchange_rates.service import ExchangeRateService

router = APIRouter(prefix="/api/v1/exchange-rates", tags=["exchange-rates"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(exchange_rates.create)]
CanUpdate = Annotated[UnitOfWork, allowed(exchange_rates.update)]
CanDelete = Annotated[UnitOfWork, allowed(exchange_rates.delete)]

reads(router, exchange_rates, ExchangeRateRead)
writes(router, exchange_rates, ExchangeRateCreate, ExchangeRateUpdate, ExchangeRateService, ExchangeRateRead)


@router.post(
    "",
    status_code=201,
    response_model=ExchangeRateRead,
    operation_id="exchange_rates_create",
    summary="Create an exchange rate",
)
async def create_exchange_rate(data: ExchangeRateCreate, uow: CanCreate) -> Any:
    """It holds from its day until that of the next one. 409 when the currency has a rate of that day."""
    return await ExchangeRateService(uow).create(data.given())


@router.patch(
    "/{exchange_rate_id}",
    response_model=ExchangeRateRead,
    operation_id="exchange_rates_update",
    summary="Change an exchange rate",
)
async def update_exchange_rate(exchange_rate_id: str, data: ExchangeRateUpdate, uow: CanUpdate) -> Any:
    """Absent keeps. Documents keep the rate that they were frozen with."""
    return await ExchangeRateService(uow).update(exchange_rate_id, data.given())


@router.delete(
    "/{exchange_rate_id}",
    status_code=204,
    operation_id="exchange_rates_delete",
    summary="Delete an exchange rate",
)
async def delete_exchange_rate(exchange_rate_id: str, uow: CanDelete) -> None:
    """For good. Documents keep the rate that they were frozen with."""
    await ExchangeRateService(uow).delete(exchange_rate_id)
