"""What names the document that it bills."""

from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns


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
    id: str
    customer_id: str
    owner_id: str | None
    team_id: str | None
    currency: str
    amount: Decimal
    status: str
    contract_id: str | None = None
    contract: "Document | None" = None


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
