"""Facts: one row per change of a record, written in the transaction of the change, partitioned by month.

A fact has the diff of the fields as JSON (`{field: {"from": …, "to": …}}`), who did it, from where and in which
request, and whose the record was afterwards. Committed facts wait in `pending_events` for their place in the feed.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Tenanted


class Log(StrEnum):
    """The two records that are chained: what was done, and what was looked at."""

    EVENTS = "events"
    ACCESS = "access"


class Event(Tenanted, Base):
    """`type` is `<resource in the singular>.<past tense>`, such as `opportunity.won`."""

    __tablename__ = "events"
    created_at: Mapped[datetime] = columns.instant(primary_key=True)
    type: Mapped[str] = columns.line(100)
    schema_version: Mapped[int] = columns.integer(default=1)
    resource: Mapped[str] = columns.line(63)
    record_id: Mapped[str] = columns.identifier()
    version: Mapped[int | None] = columns.integer(null=True)
    owner_id: Mapped[str | None] = columns.reference("users", null=True)
    team_id: Mapped[str | None] = columns.reference("teams", null=True)
    actor_id: Mapped[str] = columns.reference("principals")
    request_id: Mapped[str | None] = columns.line(200, null=True)
    ip: Mapped[str | None] = columns.line(45, null=True)
    user_agent: Mapped[str | None] = columns.line(300, null=True)
    changes: Mapped[dict[str, Any]] = columns.structure()  # type: ignore[assignment]  # a fact never changes
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "actor_id"], ["principals.tenant_id", "principals.id"]),
        Index("events_record_idx", "tenant_id", "resource", "record_id", "created_at"),
        {"postgresql_partition_by": "RANGE (created_at)"},
    )


class PendingEvent(Tenanted, Base):
    """A row that has no place in the feed and the chain yet; `id` and `created_at` are the row's.

    `written_at` is the clock of the database, so that two events of one record stand in the order of their commits,
    whatever the clocks of the processes say.
    """

    __tablename__ = "pending_events"
    created_at: Mapped[datetime] = columns.instant()
    written_at: Mapped[datetime] = columns.instant(server_default=func.statement_timestamp())
    log: Mapped[str] = columns.choice(Log)


class OwnershipPeriod(Tenanted, Base):
    """Who owned a record from when to when; `ended_at` is null for the present owner."""

    __tablename__ = "ownership_periods"
    resource: Mapped[str] = columns.line(63)
    record_id: Mapped[str] = columns.identifier()
    owner_id: Mapped[str | None] = columns.reference("users", null=True)
    team_id: Mapped[str | None] = columns.reference("teams", null=True)
    started_at: Mapped[datetime] = columns.instant()
    ended_at: Mapped[datetime | None] = columns.instant(null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        Index("ownership_periods_record_idx", "tenant_id", "resource", "record_id", "started_at"),
    )


class ExternalId(Tenanted, Base):
    """The key of a record in another system; unique per resource and source."""

    __tablename__ = "external_ids"
    resource: Mapped[str] = columns.line(63)
    source: Mapped[str] = columns.line(63)
    key: Mapped[str] = columns.line(255)
    record_id: Mapped[str] = columns.identifier()
    __table_args__ = (
        Index("external_ids_key", "tenant_id", "resource", "source", "key", unique=True),
        Index("external_ids_record_idx", "tenant_id", "resource", "record_id"),
    )


class SearchDocument(Tenanted, Base):
    """What search finds of a record: its title, its grams, and apart those that not everybody may search."""

    __tablename__ = "search_documents"
    resource: Mapped[str] = columns.line(63)
    title: Mapped[str] = columns.sort_text()
    grams: Mapped[list[str]] = columns.grams()
    sensitive_grams: Mapped[list[str]] = columns.grams()
    __table_args__ = (
        Index(
            "search_documents_grams_idx",
            "tenant_id",
            "resource",
            text("(grams || sensitive_grams)"),
            postgresql_using="gin",
        ),
        Index("search_documents_title_idx", "tenant_id", "resource", "title"),
    )
