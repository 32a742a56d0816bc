"""A person we deal with at a customer."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Customised, Deletable, Linked, Owned, Recorded, page_indexes
from crm_api.text import sort_key


class Contact(Customised, Linked, Owned, Deletable, Recorded, Base):
    """`customer_id` is the customer the person works at first of all; nobody's until it is known."""

    __tablename__ = "contacts"
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    title: Mapped[str | None] = columns.line(200, null=True)
    department: Mapped[str | None] = columns.line(200, null=True)
    customer_id: Mapped[str | None] = columns.reference("customers", null=True)
    reports_to_id: Mapped[str | None] = columns.reference("contacts", null=True)
    phones: Mapped[list[dict[str, Any]]] = columns.phones()
    emails: Mapped[list[dict[str, Any]]] = columns.emails()
    im_ids: Mapped[list[dict[str, str]]] = columns.accounts()
    birthday: Mapped[date | None] = columns.day(null=True)
    address: Mapped[str | None] = columns.line(500, null=True)
    email_opt_out: Mapped[bool] = columns.flag(default=False)
    phone_opt_out: Mapped[bool] = columns.flag(default=False)
    sms_opt_out: Mapped[bool] = columns.flag(default=False)
    description: Mapped[str | None] = columns.line(10_000, null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),
        ForeignKeyConstraint(["tenant_id", "reports_to_id"], ["contacts.tenant_id", "contacts.id"]),
        Index("contacts_customer_id_idx", "tenant_id", "customer_id", postgresql_where=LIVE),
        Index("contacts_reports_to_id_idx", "tenant_id", "reports_to_id"),
        *page_indexes("contacts", "created_at", "name_sort"),
    )

    def rename(self, name: str) -> None:
        """Take a name; what it is sorted by follows."""
        self.apply({"name": name, "name_sort": sort_key(name)})
