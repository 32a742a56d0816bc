"""The one statement behind the sales performance report."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Date,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    case,
    func,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.analytics.reports.figures import Sum
from crm_api.analytics.reports.schemas import Grouping
from crm_api.analytics.reports.shares import share
from crm_api.catalog.products.models import Product
from crm_api.catalog.products.resource import products
from crm_api.identity.teams.models import Team
from crm_api.identity.teams.resource import teams
from crm_api.identity.users.models import User
from crm_api.identity.users.resource import users
from crm_api.kit.access import Scope, access_values
from crm_api.kit.db import Base
from crm_api.kit.principal import Permission, Reach
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.opportunities.models import Opportunity, OpportunityLine
from crm_api.sales.opportunities.resource import opportunities
from crm_api.sales.pipelines.models import PipelineStage, StageKind
from crm_api.sales.pipelines.resource import pipelines

# The rows whose names a report shows, and the permission to know them.
_NAMED: dict[Grouping, tuple[type[Base], Permission]] = {
    Grouping.OWNER: (User, users.read),
    Grouping.TEAM: (Team, teams.read),
    Grouping.PRODUCT: (Product, products.read),
    Grouping.STAGE: (PipelineStage, pipelines.read),
}


class Selection(NamedTuple):
    """Which deals, and what their rows stand for; `reach` never exceeds what the caller may read."""

    group_by: Grouping
    reach: Reach
    team_depth: int | None
    since: date | None
    until: date | None
    pipeline_id: str | None


class _Shape(NamedTuple):
    """What of a selection shapes the statement."""

    group_by: Grouping
    scope: Scope
    named: bool
    rolled_up: bool
    since: bool
    until: bool
    one_pipeline: bool


class SalesPerformanceRepository:
    """Sums of deals."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def sums(self, asked: Selection) -> list[Sum]:
        """The deals in reach, by key, status and currency; names that the caller may not know are None."""
        principal = self.uow.principal
        named = asked.group_by in _NAMED and principal.reach(_NAMED[asked.group_by][1]) is not Reach.NONE
        shape = _Shape(
            asked.group_by,
            opportunities.access.scope(principal, asked.reach, opportunities.name),
            named,
            asked.team_depth is not None,
            asked.since is not None,
            asked.until is not None,
            asked.pipeline_id is not None,
        )
        values = {
            **access_values(principal, asked.reach),
            "depth": asked.team_depth,
            "since": asked.since,
            "until": asked.until,
            "pipeline_id": asked.pipeline_id,
        }
        rows = await self.uow.fetch(("sales performance", shape), lambda: _sums(shape), values)
        return [Sum(*row) for row in rows]


def _sums(shape: _Shape) -> Select[Any]:
    deals = _shared(shape) if shape.group_by is Grouping.PRODUCT else _whole(shape)
    d = deals.subquery("d")
    found = (
        select(
            d.c.key,
            d.c.status,
            d.c.currency,
            func.count().filter(d.c.counted).label("deals"),
            func.count().filter(d.c.first).label("first_deals"),
            func.sum(d.c.amount).label("amount"),
        )
        .group_by(d.c.key, d.c.status, d.c.currency)
        .subquery("found")
    )
    figures = (found.c.status, found.c.currency, found.c.deals, found.c.first_deals, found.c.amount)
    if shape.group_by is Grouping.MONTH:
        return select(found.c.key, found.c.key.label("name"), *figures)
    if not shape.named:
        return select(found.c.key.cast(Text), null(), *figures)
    names = scoped(_NAMED[shape.group_by][0], "names")
    return select(found.c.key.cast(Text), names.c.name, *figures).select_from(
        found.outerjoin(names, names.c.id == found.c.key)
    )


def _whole(shape: _Shape) -> Select[Any]:
    """Each deal once."""
    rows, stamped = scoped(Opportunity, "o"), scoped(Team, "t")
    source: Any = rows
    match shape.group_by:
        case Grouping.OWNER:
            key: ColumnElement[Any] = rows.c.owner_id
        case Grouping.TEAM if shape.rolled_up:
            depth = func.least(bindparam("depth", type_=Integer), func.cardinality(stamped.c.path))
            source, key = rows.outerjoin(stamped, stamped.c.id == rows.c.team_id), stamped.c.path[depth]
        case Grouping.TEAM:
            key = rows.c.team_id
        case Grouping.STAGE:
            key = rows.c.stage_id
        case _:
            dated = case((rows.c.status == StageKind.OPEN, rows.c.expected_close_on), else_=rows.c.closed_on)
            key = func.to_char(dated, "YYYY-MM")
    amount = func.coalesce(rows.c.amount, 0).label("amount")
    return (
        select(*_of_deal(rows), key.label("key"), amount, true().label("first"), true().label("counted"))
        .select_from(source)
        .where(*_counted(rows, shape))
    )


def _shared(shape: _Shape) -> CompoundSelect[Any]:
    """Each deal once for each of its lines, with that line's share; once as a whole when it has none.

    Most deals have one line at most, and it holds the whole amount: they are kept out of the sorting that
    splitting takes.
    """
    rows, lines, second = (
        scoped(Opportunity, "o"),
        scoped(OpportunityLine, "l"),
        scoped(OpportunityLine, "second"),
    )
    several = select(second.c.id).where(second.c.opportunity_id == rows.c.id, second.c.position == 1).exists()
    amount, product = func.coalesce(rows.c.amount, 0), lines.c.product_id
    # by product, so that the second line of a product knows that the deal is counted for it already
    order = (product, lines.c.position, lines.c.id)
    part = share(
        amount, rows.c.amount_currency, lines.c.quantity * lines.c.unit_price, deal=rows.c.id, order=order
    )
    first = func.row_number().over(partition_by=rows.c.id, order_by=order) == 1
    another = func.lag(product).over(partition_by=rows.c.id, order_by=order).is_distinct_from(product)
    belongs, counted = lines.c.opportunity_id == rows.c.id, _counted(rows, shape)
    one = select(
        *_of_deal(rows),
        product.label("key"),
        amount.label("amount"),
        true().label("first"),
        true().label("counted"),
    )
    many = select(*_of_deal(rows), product, part, first, or_(first, another))
    return union_all(
        one.select_from(rows.outerjoin(lines, belongs)).where(~several, *counted),
        many.select_from(rows.join(lines, belongs)).where(several, *counted),
    )


def _of_deal(rows: Alias) -> tuple[ColumnElement[Any], ...]:
    return rows.c.status, rows.c.amount_currency.label("currency")


def _counted(rows: Alias, shape: _Shape) -> list[ColumnElement[bool]]:
    """In reach, alive, and closed in the period or open."""
    found = [
        opportunities.access.predicate(rows, shape.scope, opportunities.name),
        *opportunities.alive(rows),
    ]
    period = []
    if shape.since:
        period.append(rows.c.closed_on >= bindparam("since", type_=Date))
    if shape.until:
        period.append(rows.c.closed_on <= bindparam("until", type_=Date))
    if period:
        found.append(or_(rows.c.status == StageKind.OPEN, and_(*period)))
    if shape.one_pipeline:
        found.append(rows.c.pipeline_id == bindparam("pipeline_id", type_=Uuid(as_uuid=False)))
    return found
