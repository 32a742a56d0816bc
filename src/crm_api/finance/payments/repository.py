"""The SQL that payments have of their own."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Text, Uuid, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import bindparam

from crm_api.finance.payments.models import Payment
from crm_api.finance.payments.resource import payments
from crm_api.kit.references import Owner
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.models import Customer
from crm_api.sales.orders.models import Order


class PaymentRepository(Repository[Payment]):
    """Payments of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, payments)

    async def refund_due(self, order_id: str) -> Decimal:
        """What is to be paid back for an order, which is held until the commit."""
        ((due,),) = await self.uow.fetch("refund due", _refund_due, {"id": order_id})
        return Decimal(due)

    async def owner_of_customer(self, customer_id: str) -> Owner:
        """Who looks after a customer; nobody when there is no such customer."""
        rows = await self.uow.fetch("owner of customer", _owner, {"customer_id": customer_id})
        return Owner(rows[0][0], rows[0][1]) if rows else Owner(None, None)


def _refund_due() -> Select[Any]:
    rows = scoped(Order, "o")
    return (
        select(rows.c.refund_due)
        .where(rows.c.id == bindparam("id", type_=Uuid(as_uuid=False)))
        .with_for_update(key_share=True, of=rows)
    )


def _owner() -> Select[Any]:
    rows = scoped(Customer, "c")
    ids: list[ColumnElement[Any]] = [rows.c.owner_id.cast(Text), rows.c.team_id.cast(Text)]
    return select(*ids).where(rows.c.id == bindparam("customer_id", type_=Uuid(as_uuid=False)))
