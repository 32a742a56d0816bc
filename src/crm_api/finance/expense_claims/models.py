"""What somebody spent for the company."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.finance.expense_claims.errors import ClaimEmpty, OwnClaim
from crm_api.kit import columns
from crm_api.kit.db import Base, Customised, Deletable, Linked, Owned, Recorded, Tenanted, page_indexes
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.states import States, Step
from crm_api.setup.exchange_rates.models import Based, based_rule
from crm_api.text import sort_key

MOST: Final = Decimal(10) ** 12


class ClaimStatus(StrEnum):
    """How far it has come; a rejected one can be changed and submitted again."""

    DRAFT = "draft"
    APPROVING = "approving"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAID = "paid"


class PaidBy(StrEnum):
    """How it was paid back."""

    BANK_TRANSFER = "bank_transfer"
    CASH = "cash"
    PAYROLL = "payroll"
    OTHER = "other"


_S = ClaimStatus
_OPEN: Final = frozenset({_S.DRAFT, _S.REJECTED})
_SUBMITTED: Final = frozenset({_S.APPROVING})
STATES: Final = States(
    {
        "submit": Step(_OPEN, _S.APPROVING),
        "pay": Step(frozenset({_S.APPROVED}), _S.PAID),
        "update": Step(_OPEN),
        "delete": Step(_OPEN),
        # by a decision
        "approve": Step(_OPEN | _SUBMITTED, _S.APPROVED),
        "reject": Step(_SUBMITTED, _S.REJECTED),
        "return": Step(_SUBMITTED, _S.DRAFT),
    }
)


class ExpenseClaim(Customised, Linked, Owned, Deletable, Recorded, Based, Base):
    """Its owner is who is paid back. `amount` is what the lines come to, tax included.

    Once it is approved, `base_amount` is what that is in the company's currency.
    """

    __tablename__ = "expense_claims"
    number: Mapped[str] = columns.line(63, server_owned=True)
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    amount: Mapped[Decimal] = columns.money(default=Decimal(0), server_owned=True)
    amount_currency: Mapped[str] = columns.currency(server_owned=True)
    amount_micro: Mapped[int] = columns.micros("amount")
    status: Mapped[str] = columns.choice(ClaimStatus, default=ClaimStatus.DRAFT, server_owned=True)
    status_entered_at: Mapped[datetime] = columns.instant(server_owned=True)
    paid_on: Mapped[date | None] = columns.day(null=True, server_owned=True)
    paid_by: Mapped[str | None] = columns.choice(PaidBy, null=True, server_owned=True)
    payment_reference: Mapped[str | None] = columns.line(200, null=True, server_owned=True)
    description: Mapped[str | None] = columns.line(10_000, null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        CheckConstraint(columns.choices_check("status", list(ClaimStatus)), name="status"),
        CheckConstraint(columns.choices_check("paid_by", list(PaidBy)), name="paid_by"),
        CheckConstraint("(status = 'paid') = (paid_on IS NOT NULL AND paid_by IS NOT NULL)", name="paid"),
        CheckConstraint("amount >= 0", name="amount"),
        based_rule(),
        Index("expense_claims_number_key", "tenant_id", "number", unique=True),
        *page_indexes("expense_claims", "created_at", "name_sort", "amount_micro"),
    )

    def put(self, values: Mapping[str, Any]) -> None:
        """Set columns; what the name is sorted by follows."""
        self.apply({**values, **({"name_sort": sort_key(values["name"])} if "name" in values else {})})

    def sum_lines(self, lines: Sequence["ExpenseLine"]) -> None:
        """The amount is what the lines come to, in their one currency."""
        faults = [
            Fault("pointer", f"/lines/{position}/amount", "currency_mismatch")
            for position, line in enumerate(lines)
            if line.amount_currency != lines[0].amount_currency
        ]
        faults += [
            Fault("pointer", f"/lines/{position}/tax_amount", code)
            for position, line in enumerate(lines)
            if line.tax_amount is not None and (code := line.wrong_tax())
        ]
        if faults:
            raise Invalid(faults=faults)
        total = sum((line.amount for line in lines), Decimal(0))
        if total >= MOST:
            raise Invalid.at("/lines", "out_of_range", expected="< 10^12")
        self.apply({"amount": total, **({"amount_currency": lines[0].amount_currency} if lines else {})})

    def demand_lines(self, lines: Sequence["ExpenseLine"]) -> None:
        """There is something to agree to."""
        if not lines:
            raise ClaimEmpty

    def pay(self, payer_id: str, values: Mapping[str, Any], at: datetime) -> None:
        """It has been paid back, by somebody else than who is paid."""
        STATES.take(self, "pay", at)
        if payer_id == self.owner_id:
            raise OwnClaim
        self.apply(values)


class ExpenseLine(Tenanted, Base):
    """One expense: for a customer, an order or a deal, or for none of them. `tax_amount` is part of `amount`."""

    __tablename__ = "expense_lines"
    expense_claim_id: Mapped[str] = columns.reference("expense_claims")
    type: Mapped[str] = columns.dictionary_code("expense_type")
    description: Mapped[str | None] = columns.line(2000, null=True)
    spent_on: Mapped[date] = columns.day()
    amount: Mapped[Decimal] = columns.money()
    amount_currency: Mapped[str] = columns.currency()
    tax_amount: Mapped[Decimal | None] = columns.money(null=True)
    tax_amount_currency: Mapped[str | None] = columns.currency(null=True)
    receipt_number: Mapped[str | None] = columns.line(63, null=True)
    customer_id: Mapped[str | None] = columns.reference("customers", null=True)
    opportunity_id: Mapped[str | None] = columns.reference("opportunities", null=True)
    order_id: Mapped[str | None] = columns.reference("orders", null=True)
    position: Mapped[int] = columns.integer(default=0)
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "expense_claim_id"], ["expense_claims.tenant_id", "expense_claims.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"], ["opportunities.tenant_id", "opportunities.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("tax_amount BETWEEN 0 AND amount", name="tax_amount"),
        CheckConstraint("(tax_amount IS NULL) = (tax_amount_currency IS NULL)", name="tax_amount_currency"),
        Index("expense_lines_expense_claim_id_idx", "tenant_id", "expense_claim_id", "position"),
        Index("expense_lines_receipt_number_idx", "tenant_id", "receipt_number"),
        Index("expense_lines_customer_id_idx", "tenant_id", "customer_id"),
        Index("expense_lines_opportunity_id_idx", "tenant_id", "opportunity_id"),
        Index("expense_lines_order_id_idx", "tenant_id", "order_id"),
    )

    def wrong_tax(self) -> str | None:
        """What is wrong with the tax within the amount."""
        if self.tax_amount_currency != self.amount_currency:
            return "currency_mismatch"
        return "tax_above_amount" if (self.tax_amount or 0) > self.amount else None
