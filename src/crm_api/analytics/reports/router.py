"""`/api/v1/reports`."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from pydantic import BeforeValidator, Field, WithJsonSchema

from crm_api.analytics.reports.resource import READ_SALES_PERFORMANCE
from crm_api.analytics.reports.schemas import Grouping, SalesPerformance
from crm_api.analytics.reports.service import Asked, SalesPerformanceService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.i18n import negotiate
from crm_api.kit.kinds import Whole
from crm_api.kit.schemas import Currency, Day, Id
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], route_class=KitRoute)
CanRead = Annotated[UnitOfWork, allowed(READ_SALES_PERFORMANCE)]
Level = Annotated[
    int,
    BeforeValidator(Whole().read),
    Field(ge=1, le=20),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 20}),
]


@router.get(
    "/sales-performance",
    response_model=SalesPerformance,
    operation_id="sales_performance_get",
    summary="Sales performance",
)
async def get_sales_performance(
    *,
    uow: CanRead,
    group_by: Annotated[Grouping, Query(description="What the rows stand for.", examples=["owner"])],
    team_depth: Annotated[
        Level | None,
        Query(
            description="With `group_by=team`: 1 rolls up to the teams without parent, 2 to those below them, and so on;"
            " absent, each team stands for itself.",
        ),
    ] = None,
    since: Annotated[
        Day | None, Query(alias="from", description="First day on which deals were won or lost.")
    ] = None,
    until: Annotated[
        Day | None, Query(alias="to", description="Last day on which deals were won or lost.")
    ] = None,
    currency: Annotated[
        Currency | None,
        Query(description="Of the deals counted; absent, the only one there is, else the company's."),
    ] = None,
    pipeline_id: Annotated[Id | None, Query(description="Only deals of this pipeline.")] = None,
    accept_language: Annotated[str, Header(include_in_schema=False)] = "",
) -> Any:
    """Won, lost and open deals within your reach: how many, worth how much, and the share that was won."""
    asked = Asked(group_by, team_depth, since, until, currency, pipeline_id)
    return await SalesPerformanceService(uow).report(asked, negotiate(accept_language))
