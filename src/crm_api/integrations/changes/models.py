"""The feed: committed events of a tenant, numbered without a gap."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from crm_api.kit import columns
from crm_api.kit.db import Base
from crm_api.kit.kinds import Whole


class FeedEntry(Base):
    """`position` counts from 1 per tenant; an entry never changes and none is ever put in before another."""

    __tablename__ = "feed"
    tenant_id: Mapped[str] = columns.identifier(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, info={"kind": Whole()})
    event_id: Mapped[str] = columns.identifier()
    event_at: Mapped[datetime] = columns.instant()
    __table_args__ = (
        Index("feed_event_key", "tenant_id", "event_id", unique=True),
        Index("feed_event_at_idx", "tenant_id", "event_at", "position"),
    )


class FeedHead(Base):
    """The last position given out; its row is what relays of a tenant wait for."""

    __tablename__ = "feed_heads"
    tenant_id: Mapped[str] = columns.identifier(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, info={"kind": Whole()})
