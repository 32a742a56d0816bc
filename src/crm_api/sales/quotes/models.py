"""What is offered to a customer, version by version."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Customised, Deletable, Linked, Owned, Recorded, page_indexes
from crm_api.kit.states import States, Step
from crm_api.sales.document_lines.models import DocumentLine, PricedDocument, document_rules, line_rules
from crm_api.sales.quotes.errors import QuoteOutOfDate
from crm_api.text import sort_key


class QuoteStatus(StrEnum):
    """How far it has come; only a draft changes. What was converted has become an order or a contract."""

    DRAFT = "draft"
    APPROVING = "approving"
    APPROVED = "approved"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    CONVERTED = "converted"


_DRAFT: Final = frozenset({QuoteStatus.DRAFT})
_APPROVING: Final = frozenset({QuoteStatus.APPROVING})
_APPROVED: Final = frozenset({QuoteStatus.APPROVED})
_ACCEPTED: Final = frozenset({QuoteStatus.ACCEPTED})
_SENT: Final = frozenset({QuoteStatus.SENT})
_OVER: Final = frozenset({QuoteStatus.REJECTED, QuoteStatus.EXPIRED})
STATES: Final = States(
    {
        "submit": Step(_DRAFT, QuoteStatus.APPROVING),
        "send": Step(_DRAFT | _APPROVED, QuoteStatus.SENT),
        "withdraw": Step(_APPROVED | _SENT, QuoteStatus.DRAFT),
        "accept": Step(_SENT, QuoteStatus.ACCEPTED),
        "reject": Step(_SENT, QuoteStatus.REJECTED),
        "order": Step(_ACCEPTED, QuoteStatus.CONVERTED),
        "contract": Step(_ACCEPTED, QuoteStatus.CONVERTED),
        "revise": Step(_SENT | _OVER, QuoteStatus.SUPERSEDED),
        "update": Step(_DRAFT),
        "assign": Step(_DRAFT | _APPROVING | _APPROVED | _SENT | _OVER),
        "delete": Step(_DRAFT),
        # by a decision
        "approve": Step(_DRAFT | _APPROVING, QuoteStatus.APPROVED),
        "refuse": Step(_APPROVING, QuoteStatus.DRAFT),
        # by time
        "expire": Step(_SENT, QuoteStatus.EXPIRED),
    }
)
_COPIED: Final = (
    "name",
    "name_sort",
    "number",
    "customer_id",
    "customer_name",
    "contact_id",
    "contact_name",
    "opportunity_id",
    "terms",
    "notes",
    "currency",
    "tax_mode",
    "discount_percent",
    "discount_amount",
    "owner_id",
    "team_id",
    "custom_fields",
)


class Quote(Customised, Linked, Owned, Deletable, Recorded, PricedDocument, Base):
    """`number` is the same for every version. `valid_until` is the last day on which it can be accepted.

    While it is sent, whoever holds the link may decide on it; of the link there is only the digest.
    """

    __tablename__ = "quotes"
    number: Mapped[str] = columns.line(63, server_owned=True)
    version_number: Mapped[int] = columns.integer(default=1, server_owned=True)
    previous_id: Mapped[str | None] = columns.reference("quotes", null=True, server_owned=True)
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    customer_id: Mapped[str] = columns.reference("customers")
    customer_name: Mapped[str] = columns.line(200, server_owned=True)
    contact_id: Mapped[str | None] = columns.reference("contacts", null=True)
    contact_name: Mapped[str | None] = columns.line(200, null=True, server_owned=True)
    opportunity_id: Mapped[str | None] = columns.reference("opportunities", null=True)
    valid_until: Mapped[date | None] = columns.day(null=True)
    terms: Mapped[str | None] = columns.line(10_000, null=True)
    notes: Mapped[str | None] = columns.line(10_000, null=True)
    status: Mapped[str] = columns.choice(QuoteStatus, default=QuoteStatus.DRAFT, server_owned=True)
    status_entered_at: Mapped[datetime] = columns.instant(server_owned=True)
    sent_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    viewed_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    decided_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    decided_by_name: Mapped[str | None] = columns.line(200, null=True, server_owned=True)
    decided_by_email: Mapped[str | None] = columns.line(254, null=True, server_owned=True)
    decided_from_ip: Mapped[str | None] = columns.line(63, null=True, server_owned=True)
    decision_note: Mapped[str | None] = columns.line(2000, null=True, server_owned=True)
    order_id: Mapped[str | None] = columns.reference("orders", null=True, server_owned=True)
    contract_id: Mapped[str | None] = columns.reference("contracts", null=True, server_owned=True)
    link_digest: Mapped[bytes | None] = columns.sealed(null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),
        ForeignKeyConstraint(["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"], ["opportunities.tenant_id", "opportunities.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "previous_id"], ["quotes.tenant_id", "quotes.id"]),
        # they point back: which of two tables comes first, neither can say
        ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"], use_alter=True),
        ForeignKeyConstraint(
            ["tenant_id", "contract_id"], ["contracts.tenant_id", "contracts.id"], use_alter=True
        ),
        *document_rules(),
        CheckConstraint(columns.choices_check("status", list(QuoteStatus)), name="status"),
        CheckConstraint("(status = 'sent') = (link_digest IS NOT NULL)", name="link"),
        CheckConstraint("status <> 'accepted' OR decided_at IS NOT NULL", name="accepted"),
        CheckConstraint(
            "(status = 'converted') = (num_nonnulls(order_id, contract_id) = 1)", name="converted"
        ),
        CheckConstraint("(version_number = 1) = (previous_id IS NULL)", name="previous"),
        Index("quotes_number_key", "tenant_id", "number", "version_number", unique=True),
        Index("quotes_link_key", "tenant_id", "link_digest", unique=True),
        Index("quotes_previous_key", "tenant_id", "previous_id", unique=True),
        Index("quotes_customer_id_idx", "tenant_id", "customer_id"),
        Index("quotes_contact_id_idx", "tenant_id", "contact_id"),
        Index("quotes_opportunity_id_idx", "tenant_id", "opportunity_id"),
        Index("quotes_order_id_idx", "tenant_id", "order_id"),
        Index("quotes_contract_id_idx", "tenant_id", "contract_id"),
        Index("quotes_due_idx", "tenant_id", "status", "valid_until"),
        *page_indexes("quotes", "created_at", "name_sort", "gross_amount_micro"),
    )

    def put(self, values: Mapping[str, Any]) -> None:
        """Set columns; what the name is sorted by follows."""
        self.apply({**values, **({"name_sort": sort_key(values["name"])} if "name" in values else {})})

    def demand_valid(self, today: date) -> None:
        """After its last day nothing is done with it but a new version."""
        if self.is_out_of_date(today):
            raise QuoteOutOfDate(day=str(self.valid_until))

    def is_out_of_date(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.valid_until is not None and self.valid_until < today

    def take(self, verb: str, at: datetime) -> None:
        """Do what a verb does to its state; the link works only while it is sent."""
        STATES.take(self, verb, at)
        if self.status != QuoteStatus.SENT:
            self.link_digest = None

    def send(self, link_digest: bytes, at: datetime) -> None:
        """Whoever holds the link may decide on it from now on."""
        self.take("send", at)
        self.apply({"sent_at": at, "viewed_at": None, "link_digest": link_digest})

    def decide(self, verb: str, decision: Mapping[str, Any], at: datetime) -> None:
        """The customer has said yes or no; how they said it is kept."""
        self.take(verb, at)
        self.apply({**decision, "decided_at": at})

    def convert(self, verb: str, document_id: str, at: datetime) -> None:
        """It has become an `order` or a `contract`."""
        self.take(verb, at)
        self.apply({f"{verb}_id": document_id})

    def successor(self, at: datetime, today: date) -> "Quote":
        """The next version, a draft again; it stays valid as long as this one, unless that is over."""
        carried = {name: getattr(self, name) for name in _COPIED}
        return Quote.new(
            **carried,
            version_number=self.version_number + 1,
            previous_id=self.id,
            valid_until=None if self.is_out_of_date(today) else self.valid_until,
            status_entered_at=at,
        )


class QuoteLine(DocumentLine, Base):
    """What is offered."""

    __tablename__ = "quote_lines"
    quote_id: Mapped[str] = columns.reference("quotes")
    __table_args__ = line_rules("quote_lines", "quote_id", "quotes")
