"""The verbs of reports."""

from datetime import date
from typing import Any, NamedTuple

from crm_api.analytics.reports import definitions
from crm_api.analytics.reports.errors import ONLY_WITH
from crm_api.analytics.reports.figures import figures, only_currency
from crm_api.analytics.reports.repository import SalesPerformanceRepository, Selection
from crm_api.analytics.reports.schemas import Grouping
from crm_api.kit import clock
from crm_api.kit.errors import Forbidden, bad_parameter
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.opportunities.resource import opportunities

MOST_ROWS = 1000
# What a report reads of each deal, besides what its rows stand for.
_READ = frozenset({"amount", "status", "closed_on"})
_STANDS_FOR = {
    Grouping.OWNER: "owner_id",
    Grouping.TEAM: "team_id",
    Grouping.PRODUCT: "lines",
    Grouping.STAGE: "stage_id",
    Grouping.MONTH: "expected_close_on",
}


class Asked(NamedTuple):
    """The parameters of the sales performance report."""

    group_by: Grouping
    team_depth: int | None = None
    since: date | None = None
    until: date | None = None
    currency: str | None = None
    pipeline_id: str | None = None

    def check(self) -> None:
        """BadRequest at the parameter that does not go with the others."""
        if self.team_depth is not None and self.group_by is not Grouping.TEAM:
            raise bad_parameter("team_depth", ONLY_WITH, other="group_by=team")
        if self.since and self.until and self.since > self.until:
            raise bad_parameter("to", "out_of_range", expected="from ≤ to")


class SalesPerformanceService:
    """Who sold what."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def report(self, asked: Asked, language: str) -> dict[str, Any]:
        """The figures of the deals that the caller could also read one by one, and what they mean."""
        asked.check()
        principal = self.uow.principal
        reach = min(self.uow.reach, principal.reach(opportunities.read))
        if reach is Reach.NONE or not _readable(principal, asked):
            raise Forbidden
        selection = Selection(
            asked.group_by, reach, asked.team_depth, asked.since, asked.until, asked.pipeline_id
        )
        sums = await SalesPerformanceRepository(self.uow).sums(selection)
        currency = asked.currency or only_currency(sums) or principal.currency
        return {
            **figures(sums, currency, MOST_ROWS),
            "definition": definitions.sales_performance(
                asked.group_by, language, currency=currency, since=asked.since, until=asked.until
            ),
            "as_of": clock.now(),
            "currency": currency,
        }


def _readable(principal: Principal, asked: Asked) -> bool:
    """Whether nothing that the report is made of is hidden from the caller."""
    read = {*_READ, _STANDS_FOR[asked.group_by]}
    if asked.pipeline_id:
        read.add("pipeline_id")
    return not read & principal.unreadable(opportunities.name)
