"""What names the document that it bills, and which rows bill a document.

A contract is one contract in all its revisions: they share their number, and what names one of them bills it.
"""

from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Select, Uuid, or_, select
from sqlalchemy.orm import Mapped
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.kit import columns
from crm_api.kit.tenancy import scoped
from crm_api.sales.contracts.models import Contract
from crm_api.sales.orders.models import Order

_ID: Final = bindparam("id", type_=Uuid(as_uuid=False))


class Billing:
    """A row that bills a contract, or an order, or neither."""

    customer_id: Mapped[str] = columns.reference("customers", sort_order=10)
    contract_id: Mapped[str | None] = columns.reference("contracts", null=True, sort_order=11)
    order_id: Mapped[str | None] = columns.reference("orders", null=True, sort_order=12)


class Document(NamedTuple):
    """A contract or an order, locked until the commit; `field` is the column that names it.

    `contract` is the one that an order carries out, in the revision that is in force, and held as well.
    """

    field: str
    contract: "Document | None"
    id: str
    customer_id: str
    owner_id: str | None
    team_id: str | None
    currency: str
    amount: Decimal
    status: str


class Named(NamedTuple):
    """The order that a row bills, and the contract: its own, or that of the order."""

    order_id: str | None
    contract_id: str | None


def billing_rules(table: str) -> tuple[CheckConstraint | ForeignKeyConstraint | Index, ...]:
    """What the table of such rows holds itself to."""
    return (
        ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),
        ForeignKeyConstraint(["tenant_id", "contract_id"], ["contracts.tenant_id", "contracts.id"]),
        ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),
        CheckConstraint("contract_id IS NULL OR order_id IS NULL", name="one_document"),
        Index(f"{table}_customer_id_idx", "tenant_id", "customer_id"),
        Index(f"{table}_contract_id_idx", "tenant_id", "contract_id"),
        Index(f"{table}_order_id_idx", "tenant_id", "order_id"),
    )


def bills(rows: Alias, field: str) -> ColumnElement[bool]:
    """The rows that name the document, whose id is bound as `id`; of a contract in any revision."""
    return rows.c.contract_id.in_(revisions()) if field == "contract_id" else rows.c[field] == _ID


def counts_within(rows: Alias, field: str) -> ColumnElement[bool]:
    """The rows that count within its amount: of a contract those of the orders that carry it out as well."""
    if field != "contract_id":
        return bills(rows, field)
    bought = scoped(Order, "bought")
    theirs = select(bought.c.id).where(bought.c.contract_id.in_(revisions()))
    return or_(bills(rows, field), rows.c.order_id.in_(theirs))


def revisions() -> Select[Any]:
    """The ids of all revisions of a contract."""
    named, same = scoped(Contract, "named"), scoped(Contract, "same")
    number = select(named.c.number).where(named.c.id == _ID).scalar_subquery()
    return select(same.c.id).where(same.c.number == number)
