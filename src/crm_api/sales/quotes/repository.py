"""The SQL that quotes have of their own."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, Select, Text, Uuid, literal, select
from sqlalchemy.sql.expression import bindparam

from crm_api.identity.tenants.models import Tenant
from crm_api.kit.db import table
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import TENANT, scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.contacts.models import Contact
from crm_api.parties.customers.models import Customer
from crm_api.sales.opportunities.models import Opportunity
from crm_api.sales.quotes.models import Quote, QuoteStatus
from crm_api.sales.quotes.resource import quotes


class QuoteRepository(Repository[Quote]):
    """Quotes of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, quotes)

    async def addressees(self, quote: Quote) -> Any:
        """What the customer and the contact of a quote are called, and whose contact and opportunity these are."""
        values = {name: getattr(quote, name) for name in ("customer_id", "contact_id", "opportunity_id")}
        (found,) = await self.uow.fetch("addressees", _addressees, values)
        return found

    async def company(self) -> str:
        """What the company that quotes is called."""
        ((name,),) = await self.uow.fetch("quoting company", _company, {})
        return str(name)

    async def by_link(self, digest: bytes) -> str | None:
        """The quote that a link leads to now."""
        rows = await self.uow.fetch("quote by link", _by_link, {"digest": digest})
        return str(rows[0][0]) if rows else None

    async def overdue(self, today: date, limit: int) -> list[str]:
        """Sent quotes whose last day has passed."""
        rows = await self.uow.fetch("overdue quotes", _overdue, {"today": today, "limit": limit})
        return [row[0] for row in rows]


def _addressees() -> Select[Any]:
    customers, contacts, deals = scoped(Customer, "c"), scoped(Contact, "p"), scoped(Opportunity, "o")

    def named(rows: Any, column: str, key: str) -> Any:
        found = select(rows.c[column]).where(rows.c.id == bindparam(key, type_=Uuid(as_uuid=False)))
        return found.scalar_subquery()

    return select(
        named(customers, "name", "customer_id").label("customer_name"),
        named(contacts, "name", "contact_id").label("contact_name"),
        named(contacts, "customer_id", "contact_id").cast(Text).label("contact"),
        named(deals, "customer_id", "opportunity_id").cast(Text).label("opportunity"),
    )


def _company() -> Select[Any]:
    tenants = table(Tenant)
    return select(tenants.c.name).where(tenants.c.id == bindparam(TENANT.key, type_=tenants.c.id.type))


def _by_link() -> Select[Any]:
    rows = scoped(Quote, "q")
    return select(rows.c.id.cast(Text)).where(
        rows.c.link_digest == bindparam("digest", type_=rows.c.link_digest.type), rows.c.deleted_at.is_(None)
    )


def _overdue() -> Select[Any]:
    rows = scoped(Quote, "q")
    return (
        select(rows.c.id.cast(Text))
        .where(
            rows.c.status == literal(QuoteStatus.SENT.value),
            rows.c.valid_until < bindparam("today", type_=Date),
            rows.c.deleted_at.is_(None),
        )
        .order_by(rows.c.valid_until, rows.c.id)
        .limit(bindparam("limit", type_=Integer))
    )
