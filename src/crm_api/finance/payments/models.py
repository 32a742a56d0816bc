"""What came in, and what it was for."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.finance.payments.errors import PaymentRefunded
from crm_api.kit import columns
from crm_api.kit.db import Base, Customised, Linked, Owned, Recorded, Tenanted, page_indexes
from crm_api.kit.states import States, Step
from crm_api.setup.exchange_rates.models import Based, based_rule

NONE: Final = Decimal(0)


class ReceiptStatus(StrEnum):
    """A payment that was a mistake, or bounced, is reversed; it never goes."""

    RECEIVED = "received"
    REVERSED = "reversed"


class PaymentMethod(StrEnum):
    """How the money came."""

    BANK_TRANSFER = "bank_transfer"
    CASH = "cash"
    CARD = "card"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    CHEQUE = "cheque"
    OTHER = "other"


_HERE: Final = frozenset({ReceiptStatus.RECEIVED})
STATES: Final = States(
    {
        "update": Step(_HERE),
        "assign": Step(_HERE),
        "allocate": Step(_HERE),
        "release": Step(_HERE),
        "refund": Step(_HERE),
        "reverse": Step(_HERE, ReceiptStatus.REVERSED),
    }
)


class Payment(Customised, Linked, Owned, Recorded, Based, Base):
    """Of `amount`, `allocated_amount` settles receivables; the rest, less its refunds, is the customer's credit."""

    __tablename__ = "payments"
    number: Mapped[str] = columns.line(63, server_owned=True)
    customer_id: Mapped[str] = columns.reference("customers")
    amount: Mapped[Decimal] = columns.money()
    amount_currency: Mapped[str] = columns.currency()
    amount_micro: Mapped[int] = columns.micros("amount")
    received_on: Mapped[date] = columns.day()
    method: Mapped[str] = columns.choice(PaymentMethod)
    reference: Mapped[str | None] = columns.line(200, null=True)
    description: Mapped[str | None] = columns.line(2000, null=True)
    status: Mapped[str] = columns.choice(ReceiptStatus, default=ReceiptStatus.RECEIVED, server_owned=True)
    status_entered_at: Mapped[datetime] = columns.instant(server_owned=True)
    reverse_reason: Mapped[str | None] = columns.line(2000, null=True, server_owned=True)
    allocated_amount: Mapped[Decimal] = columns.money(default=NONE, server_owned=True)
    allocated_amount_currency: Mapped[str] = columns.currency(server_owned=True)
    allocated_amount_micro: Mapped[int] = columns.micros("allocated_amount")
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("allocated_amount >= 0 AND allocated_amount <= amount", name="allocated_amount"),
        CheckConstraint("allocated_amount_currency = amount_currency", name="one_currency"),
        CheckConstraint(columns.choices_check("method", list(PaymentMethod)), name="method"),
        CheckConstraint(columns.choices_check("status", list(ReceiptStatus)), name="status"),
        CheckConstraint("(status = 'reversed') = (reverse_reason IS NOT NULL)", name="reversed"),
        CheckConstraint("status <> 'reversed' OR allocated_amount = 0", name="reversed_allocated"),
        based_rule(),
        Index("payments_number_key", "tenant_id", "number", unique=True),
        Index("payments_customer_id_idx", "tenant_id", "customer_id"),
        *page_indexes("payments", "created_at", "received_on", deletable=False),
    )

    def rest(self, refunds: "Sequence[PaymentRefund]") -> Decimal:
        """What settles nothing yet and was not paid back."""
        return self.amount - self.allocated_amount - sum((refund.amount for refund in refunds), NONE)

    def reverse(self, reason: str, refunds: "Sequence[PaymentRefund]", at: datetime) -> None:
        """It does not count any more; unless some of it was paid back, as of what came in indeed."""
        STATES.take(self, "reverse", at)
        if refunds:
            raise PaymentRefunded
        self.reverse_reason = reason


class PaymentAllocation(Tenanted, Base):
    """So much of a payment settles a receivable, from `allocated_on` to the day before `released_on`, else for good."""

    __tablename__ = "payment_allocations"
    payment_id: Mapped[str] = columns.reference("payments")
    receivable_id: Mapped[str] = columns.reference("receivables")
    amount: Mapped[Decimal] = columns.money()
    amount_currency: Mapped[str] = columns.currency()
    allocated_on: Mapped[date] = columns.day(server_owned=True)
    released_on: Mapped[date | None] = columns.day(null=True, server_owned=True)
    position: Mapped[int] = columns.integer(default=0)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "payment_id"], ["payments.tenant_id", "payments.id"]),
        ForeignKeyConstraint(["tenant_id", "receivable_id"], ["receivables.tenant_id", "receivables.id"]),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("released_on >= allocated_on", name="released_on"),
        Index("payment_allocations_payment_id_idx", "tenant_id", "payment_id", "position"),
        Index("payment_allocations_receivable_id_idx", "tenant_id", "receivable_id"),
    )


class PaymentRefund(Tenanted, Based, Base):
    """So much of a payment was paid back on `refunded_on`; for goods of an order that came back, or of the credit."""

    __tablename__ = "payment_refunds"
    payment_id: Mapped[str] = columns.reference("payments")
    order_id: Mapped[str | None] = columns.reference("orders", null=True)
    amount: Mapped[Decimal] = columns.money()
    amount_currency: Mapped[str] = columns.currency()
    refunded_on: Mapped[date] = columns.day()
    method: Mapped[str] = columns.choice(PaymentMethod)
    reference: Mapped[str | None] = columns.line(200, null=True)
    description: Mapped[str | None] = columns.line(2000, null=True)
    position: Mapped[int] = columns.integer(default=0)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "payment_id"], ["payments.tenant_id", "payments.id"]),
        ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint(columns.choices_check("method", list(PaymentMethod)), name="method"),
        based_rule(),
        Index("payment_refunds_payment_id_idx", "tenant_id", "payment_id", "position"),
        Index("payment_refunds_order_id_idx", "tenant_id", "order_id"),
    )
