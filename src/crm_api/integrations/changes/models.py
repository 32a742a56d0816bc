"""The feed: committed events of a tenant, numbered without a gap; and the chain that proves them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text, Uuid, cast
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import ColumnElement

from crm_api.identity.access_log.models import AccessEntry
from crm_api.kit import columns
from crm_api.kit.db import Base, Tenanted, table
from crm_api.kit.events import Event, Log
from crm_api.kit.kinds import Whole


def _number(*, key: bool = False) -> Mapped[int]:
    return mapped_column(BigInteger, primary_key=key, info={"kind": Whole()})


class FeedEntry(Base):
    """`position` counts from 1 per tenant; an entry never changes and none is ever put in before another."""

    __tablename__ = "feed"
    tenant_id: Mapped[str] = columns.identifier(primary_key=True)
    position: Mapped[int] = _number(key=True)
    event_id: Mapped[str] = columns.identifier()
    event_at: Mapped[datetime] = columns.instant()
    record_id: Mapped[str] = columns.identifier()
    actor_id: Mapped[str] = columns.identifier()
    __table_args__ = (
        Index("feed_event_key", "tenant_id", "event_id", unique=True),
        Index("feed_event_at_idx", "tenant_id", "event_at", "position"),
        Index("feed_record_idx", "tenant_id", "record_id", "position"),
        Index("feed_actor_idx", "tenant_id", "actor_id", "position"),
    )


class FeedHead(Base):
    """The last numbers given out: of the feed, and of the access log; its row is what relays of a tenant wait for."""

    __tablename__ = "feed_heads"
    tenant_id: Mapped[str] = columns.identifier(primary_key=True)
    position: Mapped[int] = _number()
    accesses: Mapped[int] = _number()


class ChainLink(Base):
    """The proof of one row of a log: the feed's by position, the access log's by the order of commits."""

    __tablename__ = "chain"
    tenant_id: Mapped[str] = columns.identifier(primary_key=True)
    log: Mapped[str] = columns.choice(Log, primary_key=True)
    number: Mapped[int] = _number(key=True)
    entry_id: Mapped[str] = columns.identifier()
    entry_at: Mapped[datetime] = columns.instant()
    payload_digest: Mapped[bytes] = columns.digest()
    digest: Mapped[bytes] = columns.digest()
    link: Mapped[bytes] = columns.digest()
    __table_args__ = (Index("chain_entry_key", "tenant_id", "log", "entry_id", unique=True),)


class Erasure(Tenanted, Base):
    """The payload of a row was erased, for a reason; `id` is that of the row, whose digest stays."""

    __tablename__ = "erasures"
    log: Mapped[str] = columns.choice(Log)
    erased_at: Mapped[datetime] = columns.instant()
    erased_by: Mapped[str | None] = columns.identifier(null=True)
    reason: Mapped[str] = columns.line(500)


ROWS: dict[Log, type[Base]] = {Log.EVENTS: Event, Log.ACCESS: AccessEntry}


def stored_columns(model: type[Base], rows: Any) -> list[ColumnElement[Any]]:
    """Every column but the tenant's, ids as text."""
    return [
        cast(rows.c[c.key], Text).label(c.key) if isinstance(c.type, Uuid) else rows.c[c.key]
        for c in table(model).columns
        if c.key != "tenant_id"
    ]
