"""Operations, which report on long jobs to whoever asked for them, and jobs that were given up."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.access import everyone, owned
from crm_api.kit.db import Base, Owned, Recorded
from crm_api.kit.resource import Resource


class OperationStatus(StrEnum):
    """Waiting, under way, or one of four endings; what is held can be started again as a dead letter."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    HELD = "held"


class Operation(Owned, Recorded, Base):
    """Long work that answered 202; `type` is the name of its job. Its owner is whoever asked, a user or an API key."""

    __tablename__ = "operations"
    type: Mapped[str] = columns.line(100)
    status: Mapped[str] = columns.choice(OperationStatus, default=OperationStatus.QUEUED)
    progress: Mapped[dict[str, Any]] = columns.structure()
    result: Mapped[dict[str, Any] | None] = columns.structure(null=True)
    error: Mapped[dict[str, Any] | None] = columns.structure(null=True)
    cancellable: Mapped[bool] = columns.flag(default=True)
    cancel_requested: Mapped[bool] = columns.flag(default=False)
    started_at: Mapped[datetime | None] = columns.instant(null=True)
    finished_at: Mapped[datetime | None] = columns.instant(null=True)
    expires_at: Mapped[datetime | None] = columns.instant(null=True)
    __table_args__ = (
        CheckConstraint(columns.choices_check("status", list(OperationStatus)), name="status"),
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["principals.tenant_id", "principals.id"]),
        Index("operations_all_created_at_idx", "tenant_id", "created_at", "id"),
        Index("operations_owner_created_at_idx", "tenant_id", "owner_id", "created_at", "id"),
        Index("operations_expires_at_idx", "tenant_id", "expires_at"),
    )


class DeadLetterStatus(StrEnum):
    """Held until somebody decides."""

    HELD = "held"
    RETRIED = "retried"
    DISCARDED = "discarded"


class DeadLetterReason(StrEnum):
    """Why a job was given up: it killed its worker again and again, it failed every time, or it was refused."""

    CRASHED = "crashed"
    FAILED = "failed"
    REFUSED = "refused"


class DeadLetter(Recorded, Base):
    """A job that is not tried any more; `error` is what it failed with the last time, without values."""

    __tablename__ = "dead_letters"
    job: Mapped[str] = columns.line(100)
    args: Mapped[dict[str, Any]] = columns.structure()
    operation_id: Mapped[str | None] = columns.identifier(null=True)
    requested_by: Mapped[str | None] = columns.reference("principals", null=True)
    status: Mapped[str] = columns.choice(DeadLetterStatus, default=DeadLetterStatus.HELD)
    reason: Mapped[str] = columns.choice(DeadLetterReason)
    error: Mapped[dict[str, Any] | None] = columns.structure(null=True)
    starts: Mapped[int] = columns.integer()
    __table_args__ = (
        CheckConstraint(columns.choices_check("status", list(DeadLetterStatus)), name="status"),
        CheckConstraint(columns.choices_check("reason", list(DeadLetterReason)), name="reason"),
        Index("dead_letters_created_at_idx", "tenant_id", "created_at", "id"),
    )


operations = Resource(
    name="operations",
    singular="operation",
    model=Operation,
    access=owned(),
    label="type",
    open_when=None,
    events=("cancel_requested", "cancelled"),
)
CANCEL = operations.action("cancel")
dead_letters = Resource(
    name="dead_letters",
    singular="dead_letter",
    model=DeadLetter,
    access=everyone(),
    label="job",
    events=("held", "retried", "discarded"),
)
RETRY, DISCARD = dead_letters.action("retry"), dead_letters.action("discard")
