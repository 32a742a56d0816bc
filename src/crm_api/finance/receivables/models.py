"""What a customer owes."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped

from crm_api.finance.billing.models import Billing, billing_rules
from crm_api.kit import columns
from crm_api.kit.db import Base, Customised, Deletable, Linked, Owned, Recorded, page_indexes
from crm_api.kit.states import States, Step

NONE: Final = Decimal(0)


class ReceivableStatus(StrEnum):
    """How much of it has come in."""

    OPEN = "open"
    PART = "part"
    PAID = "paid"
    CANCELLED = "cancelled"


_DUE: Final = frozenset({ReceivableStatus.OPEN, ReceivableStatus.PART})
STATES: Final = States(
    {
        "update": Step(_DUE),
        "assign": Step(_DUE),
        "cancel": Step(frozenset({ReceivableStatus.OPEN}), ReceivableStatus.CANCELLED),
        "delete": Step(frozenset({ReceivableStatus.OPEN, ReceivableStatus.CANCELLED})),
    }
)
# what payments do to it; where that leads, its amounts say
SETTLING: Final = States(
    {
        "receive": Step(_DUE),
        "give_back": Step(frozenset({ReceivableStatus.PART, ReceivableStatus.PAID})),
    }
)


class Receivable(Customised, Linked, Owned, Deletable, Recorded, Billing, Base):
    """`paid_amount` of `amount` has come in, and its status follows; it is due on `due_on`."""

    __tablename__ = "receivables"
    name: Mapped[str] = columns.line(200)
    due_on: Mapped[date] = columns.day()
    amount: Mapped[Decimal] = columns.money()
    amount_currency: Mapped[str] = columns.currency()
    amount_micro: Mapped[int] = columns.micros("amount")
    paid_amount: Mapped[Decimal] = columns.money(default=NONE, server_owned=True)
    paid_amount_currency: Mapped[str] = columns.currency(server_owned=True)
    paid_amount_micro: Mapped[int] = columns.micros("paid_amount")
    description: Mapped[str | None] = columns.line(2000, null=True)
    status: Mapped[str] = columns.choice(ReceivableStatus, default=ReceivableStatus.OPEN, server_owned=True)
    status_entered_at: Mapped[datetime] = columns.instant(server_owned=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        *billing_rules("receivables"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("paid_amount >= 0 AND paid_amount <= amount", name="paid_amount"),
        CheckConstraint("paid_amount_currency = amount_currency", name="one_currency"),
        CheckConstraint(columns.choices_check("status", list(ReceivableStatus)), name="status"),
        CheckConstraint("(status = 'paid') = (paid_amount = amount)", name="paid"),
        CheckConstraint("(status = 'part') = (paid_amount > 0 AND paid_amount < amount)", name="part"),
        CheckConstraint("paid_amount = 0 OR deleted_at IS NULL", name="deleted"),
        *page_indexes("receivables", "created_at", "due_on"),
    )

    @property
    def rest(self) -> Decimal:
        """What has not come in."""
        return self.amount - self.paid_amount

    def charge(self, amount: Decimal, currency: str) -> None:
        """It is owed in this amount."""
        self.apply({"amount": amount, "amount_currency": currency, "paid_amount_currency": currency})

    def receive(self, amount: Decimal, at: datetime) -> str:
        """So much has come in; the event that this is."""
        SETTLING.take(self, "receive", at)
        self._settle(self.paid_amount + amount, at)
        return "paid" if self.status == ReceivableStatus.PAID else "part_paid"

    def give_back(self, amount: Decimal, at: datetime) -> str:
        """So much of what had come in is taken back; the event that this is."""
        SETTLING.take(self, "give_back", at)
        self._settle(self.paid_amount - amount, at)
        return "reopened"

    def lower(self, less: Decimal, at: datetime) -> str:
        """So much of it is not owed any more, and has not come in; the event that this is."""
        if less == self.amount:
            STATES.take(self, "cancel", at)
            return "cancelled"
        self.amount -= less
        self._settle(self.paid_amount, at)
        return "lowered"

    def pay_back(self, amount: Decimal, at: datetime) -> str:
        """So much of what had come in goes back, and is not owed any more; the event that this is."""
        self.give_back(amount, at)
        return self.lower(amount, at)

    def _settle(self, paid: Decimal, at: datetime) -> None:
        whole = ReceivableStatus.PAID if paid == self.amount else ReceivableStatus.PART
        status = whole if paid else ReceivableStatus.OPEN
        entered = {} if status == self.status else {"status": status, "status_entered_at": at}
        self.apply({"paid_amount": paid, **entered})
