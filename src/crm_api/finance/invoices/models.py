"""What a customer is billed with."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Self

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.finance.billing.models import Billing, billing_rules
from crm_api.finance.invoices.errors import CorrectionStays, OwnApplication
from crm_api.kit import columns
from crm_api.kit.db import Base, Customised, Linked, Owned, Recorded, page_indexes
from crm_api.kit.states import States, Step
from crm_api.setup.exchange_rates.models import Based, based_rule


class InvoiceStatus(StrEnum):
    """How far it has come. Voided is one that was never issued; red-lettered one that a negative invoice takes back."""

    APPLIED = "applied"
    APPROVED = "approved"
    ISSUED = "issued"
    DELIVERED = "delivered"
    VOIDED = "voided"
    RED_LETTERED = "red_lettered"


class InvoiceKind(StrEnum):
    """What the buyer may deduct tax by (增值税专用发票), or not (普通发票)."""

    SPECIAL = "special"
    GENERAL = "general"


_ASKED: Final = frozenset({InvoiceStatus.APPLIED, InvoiceStatus.APPROVED})
OUT: Final = frozenset({InvoiceStatus.ISSUED, InvoiceStatus.DELIVERED})
STATES: Final = States(
    {
        "update": Step(frozenset({InvoiceStatus.APPLIED})),
        "assign": Step(_ASKED | OUT),
        "approve": Step(frozenset({InvoiceStatus.APPLIED}), InvoiceStatus.APPROVED),
        "issue": Step(frozenset({InvoiceStatus.APPROVED}), InvoiceStatus.ISSUED),
        "deliver": Step(frozenset({InvoiceStatus.ISSUED}), InvoiceStatus.DELIVERED),
        "void": Step(_ASKED, InvoiceStatus.VOIDED),
        "red_letter": Step(OUT, InvoiceStatus.RED_LETTERED),
    }
)
AMOUNTS: Final = ("net_amount", "tax_amount", "gross_amount")
_COPIED: Final = (
    *("customer_id", "contract_id", "order_id", "owner_id", "team_id", "kind", "title", "tax_id", "bank"),
    *("address", "rate", "rate_on", "base_amount_currency", *(f"{name}_currency" for name in AMOUNTS)),
)


class Invoice(Customised, Linked, Owned, Recorded, Billing, Based, Base):
    """It has a number from the day it was issued; from then on nothing is written on it.

    What was wrong is taken back by another invoice with the same amounts below zero, which `corrects_id` it.
    """

    __tablename__ = "invoices"
    number: Mapped[str | None] = columns.line(63, null=True, server_owned=True)
    kind: Mapped[str] = columns.choice(InvoiceKind, default=InvoiceKind.GENERAL)
    title: Mapped[str] = columns.line(200)
    tax_id: Mapped[str | None] = columns.line(30, null=True)
    bank: Mapped[str | None] = columns.line(200, null=True)
    address: Mapped[str | None] = columns.line(500, null=True)
    net_amount: Mapped[Decimal] = columns.money()
    net_amount_currency: Mapped[str] = columns.currency()
    net_amount_micro: Mapped[int] = columns.micros("net_amount")
    tax_amount: Mapped[Decimal] = columns.money()
    tax_amount_currency: Mapped[str] = columns.currency()
    tax_amount_micro: Mapped[int] = columns.micros("tax_amount")
    gross_amount: Mapped[Decimal] = columns.money()
    gross_amount_currency: Mapped[str] = columns.currency()
    gross_amount_micro: Mapped[int] = columns.micros("gross_amount")
    description: Mapped[str | None] = columns.line(2000, null=True)
    status: Mapped[str] = columns.choice(InvoiceStatus, default=InvoiceStatus.APPLIED, server_owned=True)
    status_entered_at: Mapped[datetime] = columns.instant(server_owned=True)
    approved_by: Mapped[str | None] = columns.reference("principals", null=True, server_owned=True)
    issued_on: Mapped[date | None] = columns.day(null=True, server_owned=True)
    void_reason: Mapped[str | None] = columns.line(2000, null=True, server_owned=True)
    red_letter_reason: Mapped[str | None] = columns.line(2000, null=True, server_owned=True)
    corrects_id: Mapped[str | None] = columns.reference("invoices", null=True, server_owned=True)
    corrected_by_id: Mapped[str | None] = columns.reference("invoices", null=True, server_owned=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "approved_by"], ["principals.tenant_id", "principals.id"]),
        ForeignKeyConstraint(["tenant_id", "corrects_id"], ["invoices.tenant_id", "invoices.id"]),
        ForeignKeyConstraint(["tenant_id", "corrected_by_id"], ["invoices.tenant_id", "invoices.id"]),
        *billing_rules("invoices"),
        CheckConstraint("net_amount + tax_amount = gross_amount", name="gross_amount"),
        CheckConstraint(
            "net_amount_currency = gross_amount_currency AND tax_amount_currency = gross_amount_currency",
            name="one_currency",
        ),
        CheckConstraint(
            "(corrects_id IS NULL AND gross_amount > 0 AND net_amount >= 0 AND tax_amount >= 0)"
            " OR (corrects_id IS NOT NULL AND gross_amount < 0 AND net_amount <= 0 AND tax_amount <= 0)",
            name="sign",
        ),
        CheckConstraint(columns.choices_check("kind", list(InvoiceKind)), name="kind"),
        CheckConstraint(columns.choices_check("status", list(InvoiceStatus)), name="status"),
        CheckConstraint(
            "(status IN ('issued', 'delivered', 'red_lettered')) = (number IS NOT NULL)", name="number"
        ),
        CheckConstraint("(number IS NULL) = (issued_on IS NULL)", name="issued_on"),
        CheckConstraint("(status = 'voided') = (void_reason IS NOT NULL)", name="voided"),
        CheckConstraint("(status = 'red_lettered') = (corrected_by_id IS NOT NULL)", name="red_lettered"),
        based_rule(),
        Index("invoices_number_key", "tenant_id", "number", unique=True),
        Index("invoices_corrects_id_key", "tenant_id", "corrects_id", unique=True),
        Index("invoices_corrected_by_id_idx", "tenant_id", "corrected_by_id"),
        *page_indexes("invoices", "created_at", "gross_amount_micro", deletable=False),
    )

    def approve(self, by: str, at: datetime) -> None:
        """Somebody else than who applied for it, and than who changed it last, says it is right."""
        STATES.take(self, "approve", at)
        if by in (self.created_by, self.updated_by):
            raise OwnApplication
        self.approved_by = by

    def void(self, reason: str, at: datetime) -> None:
        """It is not wanted any more; it was never issued."""
        STATES.take(self, "void", at)
        self.void_reason = reason

    def correction(self, reason: str, on: date, at: datetime) -> Self:
        """The red letter that takes it back, issued that day with the same rate, and without a number yet."""
        if self.corrects_id is not None:
            raise CorrectionStays
        STATES.take(self, "red_letter", at)
        below: dict[str, Any] = {name: -getattr(self, name) for name in AMOUNTS}
        below["base_amount"] = None if self.base_amount is None else -self.base_amount
        found = type(self).new(
            status=InvoiceStatus.ISSUED,
            status_entered_at=at,
            issued_on=on,
            approved_by=self.approved_by,
            red_letter_reason=reason,
            corrects_id=self.id,
            **{name: getattr(self, name) for name in _COPIED},
            **below,
        )
        self.apply({"corrected_by_id": found.id, "red_letter_reason": reason})
        return found
