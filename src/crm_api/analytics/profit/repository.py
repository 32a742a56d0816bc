"""The one statement behind the profit of a customer."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Date,
    Integer,
    Numeric,
    Select,
    Text,
    Uuid,
    case,
    column,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import bindparam

from crm_api.finance.expense_claims.models import ClaimStatus, ExpenseClaim, ExpenseLine
from crm_api.finance.payments.models import Payment, PaymentRefund, ReceiptStatus
from crm_api.kit.access import Scope, access_values
from crm_api.kit.money import digits_of
from crm_api.kit.principal import Reach
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.models import Customer
from crm_api.parties.customers.resource import customers
from crm_api.sales.opportunities.models import Opportunity
from crm_api.sales.orders.models import Order, OrderLine, Shipment, ShipmentKind

_ID = bindparam("id", type_=Uuid(as_uuid=False))
_CURRENCY = bindparam("currency", type_=Text)
_DIGITS = bindparam("digits", type_=Integer)
_ZONE = bindparam("zone", type_=Text)


class Figure(NamedTuple):
    """A sum in the company's currency, and how many records it leaves out because their worth is not known."""

    amount: Decimal
    excluded: int


class Period(NamedTuple):
    """Whether a first and a last day are given."""

    since: bool
    until: bool

    def holds(self, day: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The condition on the day by which a record counts."""
        first = [day >= bindparam("since", type_=Date)] if self.since else []
        last = [day <= bindparam("until", type_=Date)] if self.until else []
        return [*first, *last]


class ProfitRepository:
    """Figures of one customer."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def is_visible(self, customer_id: str, reach: Reach) -> bool:
        """Whether there is such a customer within a reach."""
        principal = self.uow.principal
        scope = customers.access.scope(principal, reach, customers.name)
        values = {**access_values(principal, reach), "id": customer_id}
        return bool(await self.uow.fetch(("customer of profit", scope), lambda: _visible(scope), values))

    async def figures(self, customer_id: str, since: date | None, until: date | None) -> dict[str, Figure]:
        """Every figure by its name."""
        principal, period = self.uow.principal, Period(since is not None, until is not None)
        values = {
            "id": customer_id,
            "since": since,
            "until": until,
            "currency": principal.currency,
            "digits": digits_of(principal.currency),
            "zone": principal.time_zone,
        }
        rows = await self.uow.fetch(("profit", period), lambda: _figures(period), values)
        return {row[0]: Figure(Decimal(row[1]), row[2]) for row in rows}


def _visible(scope: Scope) -> Select[Any]:
    rows = scoped(Customer, "c")
    seen = customers.access.predicate(rows, scope, customers.name)
    return select(rows.c.id).where(rows.c.id == _ID, seen, *customers.alive(rows))


def _figures(period: Period) -> CompoundSelect[Any]:
    return union_all(
        _sum("received", _received(period)),
        _sum("refunded", _refunded(period)),
        _sum("cost", _cost(period)),
        _sum("expenses", _expenses(period)),
    )


def _sum(name: str, found: Select[Any]) -> Select[Any]:
    """Of rows with a `worth`, null when it is not known."""
    worth = found.subquery(f"{name}_found").c.worth
    known = func.coalesce(func.sum(worth), literal(0))
    return select(literal(name), known, func.count().filter(worth.is_(None)))


def _in_base(rows: Any) -> ColumnElement[Any]:
    """What was frozen, if it is in what is the company's currency now."""
    return case((rows.c.base_amount_currency == _CURRENCY, rows.c.base_amount)).label("worth")


def _received(period: Period) -> Select[Any]:
    rows = scoped(Payment, "p")
    return select(_in_base(rows)).where(
        rows.c.customer_id == _ID,
        rows.c.status == ReceiptStatus.RECEIVED,
        *period.holds(rows.c.received_on),
    )


def _refunded(period: Period) -> Select[Any]:
    rows, back = scoped(Payment, "p"), scoped(PaymentRefund, "b")
    return (
        select(_in_base(back))
        .select_from(back.join(rows, rows.c.id == back.c.payment_id))
        .where(rows.c.customer_id == _ID, *period.holds(back.c.refunded_on))
    )


def _cost(period: Period) -> Select[Any]:
    """Of each order line with goods at the customer."""
    bought, moved, line = scoped(Order, "o"), scoped(Shipment, "s"), scoped(OrderLine, "l")
    parts = (
        func.jsonb_to_recordset(moved.c.lines)
        .table_valued(column("line_id", Uuid(as_uuid=False)), column("quantity", Numeric), name="part")
        .render_derived(with_types=True)
    )
    out = case((moved.c.kind == ShipmentKind.OUT, parts.c.quantity), else_=-parts.c.quantity)
    there = func.sum(out)
    return (
        select(func.round(there * line.c.unit_cost * line.c.cost_rate, _DIGITS).label("worth"))
        .select_from(
            bought.join(moved, moved.c.order_id == bought.c.id)
            .join(parts, true())
            .join(line, line.c.id == parts.c.line_id)
        )
        .where(
            bought.c.customer_id == _ID,
            *period.holds(func.timezone(_ZONE, moved.c.moved_at).cast(Date)),
        )
        .group_by(line.c.id, line.c.unit_cost, line.c.cost_rate)
        .having(there != 0)
    )


def _expenses(period: Period) -> Select[Any]:
    """Of each line that names the customer; what names several counts for one: its customer, else that of its order."""
    line, claim = scoped(ExpenseLine, "l"), scoped(ExpenseClaim, "c")
    bought, deal = scoped(Order, "o"), scoped(Opportunity, "d")
    theirs = or_(
        line.c.customer_id == _ID,
        line.c.order_id.in_(select(bought.c.id).where(bought.c.customer_id == _ID)),
        line.c.opportunity_id.in_(select(deal.c.id).where(deal.c.customer_id == _ID)),
    )
    of_order = select(bought.c.customer_id).where(bought.c.id == line.c.order_id).scalar_subquery()
    of_deal = select(deal.c.customer_id).where(deal.c.id == line.c.opportunity_id).scalar_subquery()
    whose = func.coalesce(line.c.customer_id, of_order, of_deal)
    worth = func.round(line.c.amount * claim.c.rate, _DIGITS)
    return (
        select(case((claim.c.base_amount_currency == _CURRENCY, worth)).label("worth"))
        .select_from(line.join(claim, claim.c.id == line.c.expense_claim_id))
        .where(
            theirs,
            whose == _ID,
            or_(claim.c.status == ClaimStatus.APPROVED, claim.c.status == ClaimStatus.PAID),
            claim.c.deleted_at.is_(None),
            *period.holds(line.c.spent_on),
        )
    )
