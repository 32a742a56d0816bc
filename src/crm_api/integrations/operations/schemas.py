"""Answers about operations."""

from typing import Any

from pydantic import Field

from crm_api.jobs.models import OperationStatus
from crm_api.kit.schemas import Id, Instant, RecordRead, Schema


class OperationProgress(Schema):
    """How far an operation is; told at most once a second."""

    done: int = Field(description="Pieces done.", examples=[1200])
    total: int | None = Field(description="Pieces in all; null while that is not known.", examples=[8800])
    message_code: str | None = Field(description="What it is at, as a code.", examples=["writing"])


class OperationRead(RecordRead):
    """Long work that was answered with 202."""

    type: str = Field(description="What is being done.", examples=["imports.commit"])
    status: OperationStatus = Field(
        description="`held`: given up after repeated failures; an administrator can start it again.",
        examples=["running"],
    )
    progress: OperationProgress = Field(description="How far it is.")
    result: dict[str, Any] | None = Field(description="What came of it; null until it has succeeded.")
    error: dict[str, Any] | None = Field(
        description="Why it failed: a problem (RFC 9457), in the language of the request that asked for it."
    )
    cancellable: bool = Field(description="Whether it can be stopped half-way.")
    cancel_requested: bool = Field(description="Whether it has been asked to stop.")
    started_at: Instant | None = Field(description="When work began, the last time.")
    finished_at: Instant | None = Field(description="When it ended, in whatever way.")
    expires_at: Instant | None = Field(description="Until when it and its result are kept: 7 days.")
    owner_id: Id | None = Field(description="Who asked for it: a user or an API key.")
    team_id: Id | None = Field(description="Always null: an operation counts for nobody.")
