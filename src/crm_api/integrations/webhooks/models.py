"""Where events are sent, and each sending of one event to one of these places."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Deletable, Recorded, Tenanted
from crm_api.kit.kinds import Whole

PENDING = text("status = 'pending'")


class Payload(StrEnum):
    """How much of a change is sent: with the changed fields, or which record alone."""

    FULL = "full"
    THIN = "thin"


class Disabled(StrEnum):
    """Why a webhook was switched off by the system.

    It answered 410; it failed for three days; whoever it acts for may not act any more; its filter fits no more.
    """

    GONE = "gone"
    FAILING = "failing"
    BARRED = "barred"
    FILTER = "filter_invalid"


class DeliveryStatus(StrEnum):
    """Where a delivery stands.

    Failed is out of tries; dropped is one whose record its webhook may not see any more.
    """

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"


def _position(*, null: bool = False, internal: bool = True) -> Any:
    """A place in the feed."""
    info = {"kind": Whole(), "internal": internal, "server_owned": True, "default": None if null else 0}
    return mapped_column(BigInteger, nullable=null, info=info)


class Webhook(Deletable, Recorded, Base):
    """`acts_as_id` is whoever made it or changed it last: it is told what they may see.

    `position` is how far in the feed it has got; `failures` counts the tries since one succeeded, and while
    `resting_until` has not come nothing is tried.
    """

    __tablename__ = "webhooks"
    url: Mapped[str] = columns.line(2000)
    description: Mapped[str | None] = columns.line(500, null=True)
    events: Mapped[list[str]] = columns.structure(default=list)
    filters: Mapped[dict[str, Any]] = columns.structure(default=dict)
    payload: Mapped[str] = columns.choice(Payload, default=Payload.FULL)
    active: Mapped[bool] = columns.flag(default=True)
    disabled_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    disabled_reason: Mapped[str | None] = columns.choice(Disabled, null=True, server_owned=True)
    acts_as_id: Mapped[str] = columns.identifier(server_owned=True)
    secret: Mapped[bytes] = columns.sealed()
    previous_secret: Mapped[bytes | None] = columns.sealed(null=True)
    previous_secret_until: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    position: Mapped[int] = _position()
    replay_after: Mapped[int | None] = _position(null=True)
    replay_until: Mapped[int | None] = _position(null=True)
    failures: Mapped[int] = columns.integer(default=0, internal=True)
    failing_since: Mapped[datetime | None] = columns.instant(null=True, internal=True)
    resting_until: Mapped[datetime | None] = columns.instant(null=True, internal=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "acts_as_id"], ["principals.tenant_id", "principals.id"]),
        CheckConstraint(columns.choices_check("payload", list(Payload)), name="payload"),
        CheckConstraint(columns.choices_check("disabled_reason", list(Disabled)), name="disabled_reason"),
        CheckConstraint("(replay_after IS NULL) = (replay_until IS NULL)", name="replay"),
        Index("webhooks_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
        Index("webhooks_active_idx", "tenant_id", postgresql_where=text("active AND deleted_at IS NULL")),
    )


class WebhookDelivery(Tenanted, Base):
    """One event on its way to one webhook; it holds no content: that is read when it is sent, by the rights of then.

    `attempts` counts the tries since it was last asked for, `tries` tells of all of them; while `leased_until` has
    not come somebody is at it.
    """

    __tablename__ = "webhook_deliveries"
    webhook_id: Mapped[str] = columns.reference("webhooks", server_owned=True)
    event_id: Mapped[str] = columns.identifier(server_owned=True)
    event_at: Mapped[datetime] = columns.instant(server_owned=True)
    type: Mapped[str] = columns.line(100, server_owned=True)
    position: Mapped[int | None] = _position(null=True, internal=False)
    status: Mapped[str] = columns.choice(DeliveryStatus, default=DeliveryStatus.PENDING, server_owned=True)
    attempts: Mapped[int] = columns.integer(default=0, server_owned=True)
    tries: Mapped[list[dict[str, Any]]] = columns.structure(default=list, server_owned=True)
    response_status: Mapped[int | None] = columns.integer(null=True, server_owned=True)
    error: Mapped[str | None] = columns.line(63, null=True, server_owned=True)
    created_at: Mapped[datetime] = columns.instant(server_owned=True)
    last_attempt_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    next_attempt_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    delivered_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    leased_until: Mapped[datetime | None] = columns.instant(null=True, internal=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "webhook_id"], ["webhooks.tenant_id", "webhooks.id"]),
        CheckConstraint(columns.choices_check("status", list(DeliveryStatus)), name="status"),
        Index("webhook_deliveries_event_key", "tenant_id", "webhook_id", "event_id", unique=True),
        Index("webhook_deliveries_created_at_idx", "tenant_id", "webhook_id", "created_at", "id"),
        Index("webhook_deliveries_age_idx", "tenant_id", "created_at"),
        Index(
            "webhook_deliveries_due_idx",
            "tenant_id",
            "webhook_id",
            "next_attempt_at",
            postgresql_where=PENDING,
        ),
    )
