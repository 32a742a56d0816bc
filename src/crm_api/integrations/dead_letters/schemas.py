"""Answers about dead letters."""

from typing import Any

from pydantic import Field

from crm_api.jobs.models import DeadLetterReason, DeadLetterStatus
from crm_api.kit.schemas import Id, RecordRead


class DeadLetterRead(RecordRead):
    """A job that was given up."""

    job: str = Field(description="Its name.", examples=["imports.commit"])
    args: dict[str, Any] = Field(description="What it was to work on.", examples=[{}])
    operation_id: Id | None = Field(description="The operation that waits for it.")
    requested_by: Id | None = Field(description="Who asked for it; null for a schedule.")
    status: DeadLetterStatus = Field(description="Held until somebody decides.", examples=["held"])
    reason: DeadLetterReason = Field(
        description="`crashed`: its worker died three times; `failed`: every attempt; `refused`: not allowed or not valid.",
        examples=["failed"],
    )
    error: dict[str, Any] | None = Field(
        description="Type and place, or problem code, of the last failure; null when its worker died."
    )
    starts: int = Field(description="How often it was started.", examples=[5])
