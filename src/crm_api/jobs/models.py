"""Jobs that were given up."""

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.access import everyone
from crm_api.kit.db import Base, Recorded
from crm_api.kit.resource import Resource


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


dead_letters = Resource(
    name="dead_letters", singular="dead_letter", model=DeadLetter, access=everyone(), label="job"
)
