"""`/api/v1/customers/{customer_id}/profit`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from crm_api.analytics.profit.resource import READ_PROFIT
from crm_api.analytics.profit.schemas import CustomerProfit
from crm_api.analytics.profit.service import ProfitService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.schemas import Day
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/customers", tags=["customers"], route_class=KitRoute)
CanRead = Annotated[UnitOfWork, allowed(READ_PROFIT)]


@router.get(
    "/{customer_id}/profit",
    response_model=CustomerProfit,
    operation_id="customers_profit",
    summary="Profit of a customer",
)
async def get_profit(
    *,
    customer_id: str,
    uow: CanRead,
    since: Annotated[Day | None, Query(alias="from", description="First day that counts.")] = None,
    until: Annotated[Day | None, Query(alias="to", description="Last day that counts.")] = None,
) -> Any:
    """What the customer paid, less refunds, the cost of goods and linked expenses; of all time unless days are given.

    Whoever may read it of a customer is told of all records of the customer, whoever owns these.
    """
    return await ProfitService(uow).profit(customer_id, since, until)
