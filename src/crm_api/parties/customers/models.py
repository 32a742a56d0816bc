"""A company or person we deal with."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Customised, Deletable, Linked, Owned, Recorded, page_indexes
from crm_api.text import company_key, sort_key


class CustomerKind(StrEnum):
    """A company or a natural person."""

    COMPANY = "company"
    PERSON = "person"


class Lifecycle(StrEnum):
    """How far the relation has come."""

    LEAD = "lead"
    PROSPECT = "prospect"
    CUSTOMER = "customer"
    LOYAL = "loyal"
    LOST = "lost"


class Customer(Customised, Linked, Owned, Deletable, Recorded, Base):
    """`name_key` is the name without legal suffix, by which similar customers are found."""

    __tablename__ = "customers"
    kind: Mapped[str] = columns.choice(CustomerKind)
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    name_key: Mapped[str] = columns.sort_text()
    code: Mapped[str | None] = columns.line(63, null=True)
    level: Mapped[str | None] = columns.dictionary_code("customer_level", null=True)
    category: Mapped[str | None] = columns.dictionary_code("customer_category", null=True)
    industry: Mapped[str | None] = columns.dictionary_code("industry", 200, null=True)
    source: Mapped[str | None] = columns.dictionary_code("customer_source", 200, null=True)
    region: Mapped[str | None] = columns.dictionary_code("region", 200, null=True)
    address: Mapped[str | None] = columns.line(500, null=True)
    phones: Mapped[list[dict[str, Any]]] = columns.phones()
    emails: Mapped[list[dict[str, Any]]] = columns.emails()
    website: Mapped[str | None] = columns.line(500, null=True)
    tax_id: Mapped[str | None] = columns.line(63, null=True)
    parent_id: Mapped[str | None] = columns.reference("customers", null=True)
    lifecycle: Mapped[str] = columns.choice(Lifecycle, default=Lifecycle.PROSPECT)
    lifecycle_entered_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    last_contact_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    next_contact_at: Mapped[datetime | None] = columns.instant(null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["customers.tenant_id", "customers.id"]),
        CheckConstraint(columns.choices_check("kind", list(CustomerKind)), name="kind"),
        CheckConstraint(columns.choices_check("lifecycle", list(Lifecycle)), name="lifecycle"),
        Index("customers_code_key", "tenant_id", "code", unique=True, postgresql_where=LIVE),
        Index("customers_tax_id_key", "tenant_id", "tax_id", unique=True, postgresql_where=LIVE),
        Index("customers_name_key_idx", "tenant_id", "name_key", postgresql_where=LIVE),
        Index("customers_parent_id_idx", "tenant_id", "parent_id"),
        *page_indexes("customers", "created_at", "name_sort"),
    )

    def rename(self, name: str) -> None:
        """Take a name; what it is sorted and compared by follows."""
        self.apply({"name": name, "name_sort": sort_key(name), "name_key": company_key(name)})

    def enter(self, lifecycle: str, at: datetime) -> None:
        """Move to a stage of the relation; entering the present one again keeps its date."""
        if lifecycle != self.lifecycle or self.lifecycle_entered_at is None:
            self.apply({"lifecycle": lifecycle, "lifecycle_entered_at": at})
