"""`/api/v1/receivables/ageing`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from crm_api.finance.ageing.schemas import Ageing
from crm_api.finance.ageing.service import AgeingService
from crm_api.finance.receivables.resource import receivables
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.schemas import Currency, Day
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/receivables", tags=["receivables"], route_class=KitRoute)
CanRead = Annotated[UnitOfWork, allowed(receivables.read)]


@router.get(
    "/ageing",
    response_model=Ageing,
    operation_id="receivables_ageing",
    summary="Ageing of receivables",
)
async def get_ageing(
    *,
    uow: CanRead,
    as_of: Annotated[
        Day | None,
        Query(description="The end of which day it tells of, not in the future; today when absent."),
    ] = None,
    currency: Annotated[
        Currency | None,
        Query(description="Of the receivables counted; absent, the only one there is, else the company's."),
    ] = None,
) -> Any:
    """What is owed within your reach, by customer and days past due.

    As of an earlier day, allocations, releases and reversals count from their own days on, and receivables from the day they
    were written down until they were cancelled or deleted.
    """
    return await AgeingService(uow).report(as_of, currency)
