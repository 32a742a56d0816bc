"""Somebody who may become a customer."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Customised, Deletable, Linked, Owned, Recorded, page_indexes
from crm_api.kit.states import States, Step
from crm_api.text import sort_key


class LeadStatus(StrEnum):
    """How far it has come; a converted one is history and stays as it is."""

    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    CONVERTED = "converted"
    DISCARDED = "discarded"


_OPEN: Final = frozenset({LeadStatus.NEW, LeadStatus.CONTACTED, LeadStatus.QUALIFIED})
_KEPT: Final = _OPEN | {LeadStatus.DISCARDED}
STATES: Final = States(
    {
        "contact": Step(frozenset({LeadStatus.NEW}), LeadStatus.CONTACTED),
        "qualify": Step(frozenset({LeadStatus.NEW, LeadStatus.CONTACTED}), LeadStatus.QUALIFIED),
        "discard": Step(_OPEN, LeadStatus.DISCARDED),
        "reopen": Step(frozenset({LeadStatus.DISCARDED}), LeadStatus.NEW),
        "convert": Step(_OPEN, LeadStatus.CONVERTED),
        "update": Step(_KEPT),
        "assign": Step(_KEPT),
        "delete": Step(_KEPT),
    }
)


class Lead(Customised, Linked, Owned, Deletable, Recorded, Base):
    """`name` is the person, `company_name` where they work; without one the person is the customer to be.

    A discarded one has a reason, a converted one names the customer and the contact it has become.
    """

    __tablename__ = "leads"
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    company_name: Mapped[str | None] = columns.line(200, null=True)
    title: Mapped[str | None] = columns.line(200, null=True)
    phones: Mapped[list[dict[str, Any]]] = columns.phones()
    emails: Mapped[list[dict[str, Any]]] = columns.emails()
    website: Mapped[str | None] = columns.line(500, null=True)
    industry: Mapped[str | None] = columns.dictionary_code("industry", 200, null=True)
    region: Mapped[str | None] = columns.dictionary_code("region", 200, null=True)
    address: Mapped[str | None] = columns.line(500, null=True)
    source: Mapped[str | None] = columns.dictionary_code("customer_source", 200, null=True)
    description: Mapped[str | None] = columns.line(10_000, null=True)
    status: Mapped[str] = columns.choice(LeadStatus, default=LeadStatus.NEW, server_owned=True)
    status_entered_at: Mapped[datetime] = columns.instant(server_owned=True)
    contacted_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    discard_reason: Mapped[str | None] = columns.dictionary_code(
        "lead_discard_reason", null=True, server_owned=True
    )
    discard_note: Mapped[str | None] = columns.line(2000, null=True, server_owned=True)
    converted_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    customer_id: Mapped[str | None] = columns.reference("customers", null=True, server_owned=True)
    contact_id: Mapped[str | None] = columns.reference("contacts", null=True, server_owned=True)
    opportunity_id: Mapped[str | None] = columns.reference("opportunities", null=True, server_owned=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),
        ForeignKeyConstraint(["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"], ["opportunities.tenant_id", "opportunities.id"]
        ),
        CheckConstraint(columns.choices_check("status", list(LeadStatus)), name="status"),
        CheckConstraint("(status = 'discarded') = (discard_reason IS NOT NULL)", name="discarded"),
        CheckConstraint("(status = 'converted') = (converted_at IS NOT NULL)", name="converted"),
        CheckConstraint(
            "(status = 'converted') = (customer_id IS NOT NULL AND contact_id IS NOT NULL)", name="became"
        ),
        Index("leads_customer_id_idx", "tenant_id", "customer_id"),
        Index("leads_contact_id_idx", "tenant_id", "contact_id"),
        Index("leads_opportunity_id_idx", "tenant_id", "opportunity_id"),
        *page_indexes("leads", "created_at", "name_sort"),
    )

    def rename(self, name: str) -> None:
        """Take a name; what it is sorted by follows."""
        self.apply({"name": name, "name_sort": sort_key(name)})

    def meet(self, at: datetime, met_at: datetime | None = None) -> None:
        """Somebody has talked to them, just now or at an earlier time; the first time that is told counts."""
        STATES.take(self, "contact", at)
        self.contacted_at = self.contacted_at or met_at or at

    def discard(self, reason: str, note: str | None, at: datetime) -> None:
        """Give it up, for a reason."""
        STATES.take(self, "discard", at)
        self.apply({"discard_reason": reason, "discard_note": note})

    def reopen(self, at: datetime) -> None:
        """Take it up again from the beginning; why it was given up remains in its events."""
        STATES.take(self, "reopen", at)
        self.apply({"discard_reason": None, "discard_note": None})

    def convert(self, customer_id: str, contact_id: str, opportunity_id: str | None, at: datetime) -> None:
        """It has become these."""
        STATES.take(self, "convert", at)
        self.apply(
            {
                "customer_id": customer_id,
                "contact_id": contact_id,
                "opportunity_id": opportunity_id,
                "converted_at": at,
            }
        )
