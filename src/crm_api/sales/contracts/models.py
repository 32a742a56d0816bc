"""What was agreed with a customer."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, and_, column
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Customised, Deletable, Linked, Owned, Recorded, Tenanted, page_indexes
from crm_api.kit.errors import Invalid
from crm_api.kit.money import digits_of, rounded
from crm_api.kit.states import States, Step
from crm_api.sales.contracts.errors import ContractIncomplete, EndsBeforeStart, NotBegun
from crm_api.sales.document_lines.models import DocumentLine, PricedDocument, document_rules, line_rules
from crm_api.sales.opportunities.models import AmountSource
from crm_api.text import sort_key


class ContractStatus(StrEnum):
    """How far it has come; what is superseded has been replaced by its signed amendment."""

    DRAFT = "draft"
    APPROVING = "approving"
    APPROVED = "approved"
    SIGNED = "signed"
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    VOIDED = "voided"
    SUPERSEDED = "superseded"


class Side(StrEnum):
    """For whom somebody signs."""

    OURS = "ours"
    THEIRS = "theirs"


_S = ContractStatus
UNSIGNED: Final = frozenset({_S.DRAFT, _S.APPROVING, _S.APPROVED})
IN_FORCE: Final = frozenset({_S.SIGNED, _S.ACTIVE, _S.EXPIRING})
STATES: Final = States(
    {
        "submit": Step(frozenset({_S.DRAFT}), _S.APPROVING),
        "sign": Step(frozenset({_S.APPROVED}), _S.SIGNED),
        "activate": Step(frozenset({_S.SIGNED}), _S.ACTIVE),
        "terminate": Step(IN_FORCE, _S.TERMINATED),
        "void": Step(IN_FORCE | {_S.APPROVED}, _S.VOIDED),
        "amend": Step(IN_FORCE),
        "update": Step(frozenset({_S.DRAFT, _S.APPROVED})),
        "assign": Step(frozenset(ContractStatus)),
        "delete": Step(frozenset({_S.DRAFT})),
        # by a decision
        "approve": Step(frozenset({_S.DRAFT, _S.APPROVING}), _S.APPROVED),
        "refuse": Step(frozenset({_S.APPROVING}), _S.DRAFT),
        # by what else is done
        "reconsider": Step(frozenset({_S.APPROVED}), _S.DRAFT),
        "supersede": Step(IN_FORCE, _S.SUPERSEDED),
        # by time
        "remind": Step(frozenset({_S.ACTIVE}), _S.EXPIRING),
        "expire": Step(frozenset({_S.ACTIVE, _S.EXPIRING}), _S.EXPIRED),
    }
)
# what was approved is approved for these; another value asks again
APPROVED_FOR: Final = (
    *("amount", "net_amount", "gross_amount", "currency", "customer_id"),
    *("type", "starts_on", "ends_on", "terms"),
)
_COPIED: Final = (
    *("name", "name_sort", "number", "type", "customer_id", "opportunity_id", "terms"),
    *("currency", "tax_mode", "discount_percent", "discount_amount", "discount_amount_currency"),
    *("net_amount", "net_amount_currency", "tax_amount", "tax_amount_currency"),
    *("gross_amount", "gross_amount_currency", "amount", "amount_currency", "amount_source"),
    *("starts_on", "ends_on", "renewal_notice_days", "renewal_notice_on"),
    *("owner_id", "team_id", "custom_fields"),
)


class Contract(Customised, Linked, Owned, Deletable, Recorded, PricedDocument, Base):
    """`number` is the same for every `revision`. It is in force from `starts_on` to `ends_on`, both included.

    `amount` is what the lines come to with tax, unless it was stated. An amendment is a draft of the next revision;
    what it amends stays in force until it is signed. Of a quote comes the first revision of one contract.
    """

    __tablename__ = "contracts"
    number: Mapped[str] = columns.line(63, server_owned=True)
    revision: Mapped[int] = columns.integer(default=1, server_owned=True)
    amends_id: Mapped[str | None] = columns.reference("contracts", null=True, server_owned=True)
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    type: Mapped[str | None] = columns.dictionary_code("contract_type", null=True)
    customer_id: Mapped[str] = columns.reference("customers")
    opportunity_id: Mapped[str | None] = columns.reference("opportunities", null=True)
    quote_id: Mapped[str | None] = columns.reference("quotes", null=True, server_owned=True)
    amount: Mapped[Decimal] = columns.money(default=Decimal(0))
    amount_currency: Mapped[str] = columns.currency()
    amount_micro: Mapped[int] = columns.micros("amount")
    amount_source: Mapped[str] = columns.choice(AmountSource, default=AmountSource.LINES, server_owned=True)
    starts_on: Mapped[date | None] = columns.day(null=True)
    ends_on: Mapped[date | None] = columns.day(null=True)
    ends_on_sort: Mapped[date] = columns.day_or_last("ends_on")
    renewal_notice_days: Mapped[int | None] = columns.integer(null=True)
    renewal_notice_on: Mapped[date | None] = columns.day(null=True, server_owned=True)
    terms: Mapped[str | None] = columns.line(10_000, null=True)
    status: Mapped[str] = columns.choice(ContractStatus, default=ContractStatus.DRAFT, server_owned=True)
    status_entered_at: Mapped[datetime] = columns.instant(server_owned=True)
    signed_on: Mapped[date | None] = columns.day(null=True, server_owned=True)
    ended_on: Mapped[date | None] = columns.day(null=True, server_owned=True)
    end_reason: Mapped[str | None] = columns.line(2000, null=True, server_owned=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"], ["opportunities.tenant_id", "opportunities.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "quote_id"], ["quotes.tenant_id", "quotes.id"]),
        ForeignKeyConstraint(["tenant_id", "amends_id"], ["contracts.tenant_id", "contracts.id"]),
        *document_rules(),
        CheckConstraint(columns.choices_check("status", list(ContractStatus)), name="status"),
        CheckConstraint(columns.choices_check("amount_source", list(AmountSource)), name="amount_source"),
        CheckConstraint("amount_currency = currency", name="amount_currency"),
        CheckConstraint("starts_on <= ends_on", name="ends_on"),
        CheckConstraint("(revision = 1) = (amends_id IS NULL)", name="amends"),
        CheckConstraint("revision = 1 OR quote_id IS NULL", name="quote"),
        CheckConstraint(
            "status NOT IN ('signed', 'active', 'expiring') OR signed_on IS NOT NULL", name="signed"
        ),
        CheckConstraint("(status IN ('terminated', 'voided')) = (end_reason IS NOT NULL)", name="ended"),
        Index("contracts_number_key", "tenant_id", "number", "revision", unique=True),
        Index(
            "contracts_amends_key",
            "tenant_id",
            "amends_id",
            unique=True,
            postgresql_where=and_(
                column("status").in_(sorted(status.value for status in UNSIGNED)),
                column("deleted_at").is_(None),
            ),
        ),
        Index("contracts_amends_id_idx", "tenant_id", "amends_id"),
        Index("contracts_customer_id_idx", "tenant_id", "customer_id"),
        Index("contracts_opportunity_id_idx", "tenant_id", "opportunity_id"),
        Index("contracts_quote_id_key", "tenant_id", "quote_id", unique=True),
        Index("contracts_due_idx", "tenant_id", "status", "ends_on"),
        *page_indexes("contracts", "created_at", "name_sort", "amount_micro", "ends_on_sort"),
    )

    def put(self, values: Mapping[str, Any]) -> None:
        """Set columns; what the name is sorted by and the day of the notice follow."""
        self.apply({**values, **({"name_sort": sort_key(values["name"])} if "name" in values else {})})
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise EndsBeforeStart
        self.renewal_notice_on = None
        if self.ends_on is not None and self.renewal_notice_days is not None:
            before = timedelta(days=self.renewal_notice_days)
            self.renewal_notice_on = self.ends_on - min(before, self.ends_on - date.min)

    def state_amount(self, values: dict[str, Any]) -> None:
        """Take a stated amount out of a body; null, and a contract without one, is worth what its lines come to."""
        if "amount" in values:
            stated, currency = values.pop("amount"), values.pop("amount_currency", None)
            self.amount_source = AmountSource.LINES.value if stated is None else AmountSource.MANUAL.value
            self.apply({"amount": stated, "amount_currency": currency})
        if self.amount_source == AmountSource.LINES:
            self.apply({"amount": self.gross_amount, "amount_currency": self.currency})
        elif self.amount_currency != self.currency:
            raise Invalid.at("/amount", "currency_mismatch")
        elif self.amount != rounded(self.amount, self.currency):
            raise Invalid.at("/amount/amount", "too_precise", limit=digits_of(self.currency))

    def reconsider(self, at: datetime, *, other_lines: bool) -> None:
        """What was approved is a draft again when it is not what was approved any more."""
        changed = self.changes()
        is_other = other_lines or any(name in changed for name in APPROVED_FOR)
        if self.status == ContractStatus.APPROVED and is_other:
            STATES.take(self, "reconsider", at)

    def sign(self, signatories: Sequence["ContractSignatory"], day: date, at: datetime) -> None:
        """Both sides have signed."""
        STATES.take(self, "sign", at)
        if {signatory.side for signatory in signatories} != set(Side):
            raise ContractIncomplete
        self.signed_on = day

    def activate(self, today: date, at: datetime) -> None:
        """It is in force, from today unless it says otherwise; not before its first day."""
        STATES.take(self, "activate", at)
        if self.starts_on is not None and self.starts_on > today:
            raise NotBegun(day=str(self.starts_on))
        self.put({"starts_on": self.starts_on or today})

    def end(self, verb: str, reason: str, day: date, at: datetime) -> None:
        """`terminate` or `void`, for a reason; not before it was signed."""
        STATES.take(self, verb, at)
        if self.signed_on is not None and day < self.signed_on:
            raise Invalid.at("/ended_on", "out_of_range", expected=f"≥ {self.signed_on}")
        self.apply({"ended_on": day, "end_reason": reason})

    def due(self, today: date) -> str | None:
        """What time does to it today, None for nothing."""
        begun = self.starts_on is not None and self.starts_on <= today
        if self.status == ContractStatus.SIGNED:
            return "activate" if begun else None
        if self.status not in (ContractStatus.ACTIVE, ContractStatus.EXPIRING):
            return None
        if self.ends_on is not None and self.ends_on < today:
            return "expire"
        notice = self.renewal_notice_on is not None and self.renewal_notice_on <= today
        return "remind" if notice and self.status == ContractStatus.ACTIVE else None

    def amendment(self, revision: int, at: datetime) -> "Contract":
        """The next revision, a draft of the same."""
        carried = {name: getattr(self, name) for name in _COPIED}
        return Contract.new(**carried, revision=revision, amends_id=self.id, status_entered_at=at)


class ContractLine(DocumentLine, Base):
    """What is agreed on."""

    __tablename__ = "contract_lines"
    contract_id: Mapped[str] = columns.reference("contracts")
    __table_args__ = line_rules("contract_lines", "contract_id", "contracts")


class ContractSignatory(Tenanted, Base):
    """Somebody who signs; `contact_id` or `user_id` when they are known here."""

    __tablename__ = "contract_signatories"
    contract_id: Mapped[str] = columns.reference("contracts")
    side: Mapped[str] = columns.choice(Side)
    name: Mapped[str] = columns.line(200)
    title: Mapped[str | None] = columns.line(200, null=True)
    contact_id: Mapped[str | None] = columns.reference("contacts", null=True)
    user_id: Mapped[str | None] = columns.reference("users", null=True)
    position: Mapped[int] = columns.integer(default=0)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "contract_id"], ["contracts.tenant_id", "contracts.id"]),
        ForeignKeyConstraint(["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"]),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        CheckConstraint(columns.choices_check("side", list(Side)), name="side"),
        Index("contract_signatories_contract_id_idx", "tenant_id", "contract_id", "position"),
        Index("contract_signatories_contact_id_idx", "tenant_id", "contact_id"),
        Index("contract_signatories_user_id_idx", "tenant_id", "user_id"),
    )
