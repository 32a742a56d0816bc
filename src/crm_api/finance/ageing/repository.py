"""The one statement behind the ageing report."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Numeric, Select, Text, and_, case, func, literal, or_, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.finance.ageing.buckets import LAST_DAYS, Bucket, Sum
from crm_api.finance.payments.models import PaymentAllocation
from crm_api.finance.receivables.models import Receivable, ReceivableStatus
from crm_api.finance.receivables.resource import receivables
from crm_api.kit.access import OWN_TEAM, SUBTREE, Scope, access_values
from crm_api.kit.events import Event
from crm_api.kit.principal import Reach
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.models import Customer
from crm_api.parties.customers.resource import customers

AS_OF = bindparam("as_of", type_=Date)
ZONE = bindparam("zone", type_=Text)


class AgeingRepository:
    """Sums of what is owed."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def sums(self, as_of: date) -> list[Sum]:
        """What was owed at the end of a day within the caller's reach, by customer, currency and bucket."""
        principal = self.uow.principal
        reach, named = principal.reach(receivables.read), principal.reach(customers.read)
        scope = receivables.access.scope(principal, reach, receivables.name)
        name_scope = customers.access.scope(principal, named, customers.name)
        wide = named is Reach.SUBTREE
        values = {**access_values(principal, reach), "as_of": as_of, "zone": principal.time_zone}
        rows = await self.uow.fetch(
            ("ageing", scope, name_scope, wide), lambda: _sums(scope, name_scope, wide=wide), values
        )
        return [Sum(*row) for row in rows]


def _sums(scope: Scope, name_scope: Scope, *, wide: bool) -> Select[Any]:
    owed = _owed(scope).subquery("owed")
    past = AS_OF - owed.c.due_on
    bucket = case(*((past <= last, str(name)) for name, last in LAST_DAYS.items()), else_=str(Bucket.OVER_90))
    found = (
        select(
            owed.c.customer_id,
            owed.c.currency,
            bucket.label("bucket"),
            func.count().label("receivables"),
            func.sum(owed.c.rest).label("amount"),
        )
        .where(owed.c.rest > 0)
        .group_by(owed.c.customer_id, owed.c.currency, bucket)
        .subquery("found")
    )
    names = scoped(Customer, "names")
    seen = customers.access.predicate(names, name_scope, customers.name, SUBTREE if wide else OWN_TEAM)
    figures = (found.c.currency, found.c.bucket, found.c.receivables, found.c.amount)
    return select(found.c.customer_id.cast(Text), names.c.name, *figures).select_from(
        found.outerjoin(names, and_(names.c.id == found.c.customer_id, seen))
    )


def _owed(scope: Scope) -> Select[Any]:
    """Each receivable that stood at the end of the day, as it was then, with what was not paid on it then."""
    rows, parts = scoped(Receivable, "r"), scoped(PaymentAllocation, "a")
    paid = (
        select(func.coalesce(func.sum(parts.c.amount), literal(0)))
        .where(
            parts.c.receivable_id == rows.c.id,
            parts.c.allocated_on <= AS_OF,
            or_(parts.c.released_on.is_(None), parts.c.released_on > AS_OF),
        )
        .scalar_subquery()
    )
    amount = func.coalesce(_then(rows, "amount", "amount").cast(Numeric), rows.c.amount)
    return select(
        rows.c.customer_id,
        func.coalesce(_then(rows, "amount", "currency"), rows.c.amount_currency).label("currency"),
        func.coalesce(_then(rows, "due_on").cast(Date), rows.c.due_on).label("due_on"),
        (amount - paid).label("rest"),
    ).where(receivables.access.predicate(rows, scope, receivables.name), *_standing(rows))


def _then(rows: Alias, field: str, *part: str) -> ColumnElement[Any]:
    """The text of a field, or of a part of it, before the first change after the day; null when it was not changed."""
    later = scoped(Event, "later")
    before = later.c.changes[field]["from"]
    first = (
        select(before[part[0]].astext if part else before.astext)
        .where(
            later.c.resource == receivables.name,
            later.c.record_id == rows.c.id,
            later.c.version > 1,
            _day(later.c.created_at) > AS_OF,
            later.c.changes.has_key(field),
        )
        .order_by(later.c.created_at, later.c.version)
        .limit(1)
        .scalar_subquery()
    )
    return case((_day(rows.c.updated_at) > AS_OF, first))


def _standing(rows: Alias) -> list[ColumnElement[bool]]:
    cancelled = rows.c.status == ReceivableStatus.CANCELLED
    return [
        _day(rows.c.created_at) <= AS_OF,
        or_(rows.c.deleted_at.is_(None), _day(rows.c.deleted_at) > AS_OF),
        or_(~cancelled, _day(rows.c.status_entered_at) > AS_OF),
    ]


def _day(instant: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.timezone(ZONE, instant).cast(Date)
