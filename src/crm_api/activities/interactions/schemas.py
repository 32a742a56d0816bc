"""Bodies and answers of interactions."""

from typing import Annotated

from pydantic import Field, StringConstraints

from crm_api.activities.interactions.models import (
    LONGEST_SECONDS,
    SUMMARY_CHARACTERS,
    Direction,
    InteractionKind,
)
from crm_api.kit import clock
from crm_api.kit.schemas import (
    CUSTOM_FIELDS,
    CustomFields,
    CustomisedRead,
    DeletableRead,
    ExternalIds,
    Id,
    Instant,
    LinkedRead,
    Schema,
    ShortLine,
    Whole,
)

Summary = Annotated[str, StringConstraints(min_length=1, max_length=SUMMARY_CHARACTERS)]
Seconds = Annotated[Whole, Field(ge=0, le=LONGEST_SECONDS)]
SUMMARY = "确认了预算，周五前发送报价。"
CONTACT = {"contact_id": "01930b2e-6f00-7000-8000-000000000001"}


class ParticipantNew(Schema):
    """Who took part."""

    contact_id: Id = Field(description="A contact.")


class ParticipantWrite(ParticipantNew):
    """Who took part, in a list that may be there already."""

    id: Id | None = Field(None, description="Names an entry that exists, or the id of a new one.")


class InteractionWrite(Schema):
    """What a client may say about an interaction; every key may be left out of a change."""

    kind: InteractionKind = Field(InteractionKind.CALL, description="How it took place.", examples=["call"])
    direction: Direction = Field(
        Direction.OUT, description="`in`: they turned to us; `out`: we turned to them.", examples=["out"]
    )
    happened_at: Instant = Field(
        default_factory=clock.now,
        description="When, not in the future; now for a new one that names no time.",
        examples=["2026-01-31T09:30:00Z"],
    )
    duration_seconds: Seconds | None = Field(None, description="How long it took.", examples=[900])
    location: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="Where.", examples=["浦东会议室"]
    )
    summary: Summary = Field("", description="What it was about.", examples=[SUMMARY])
    outcome: Annotated[str, Field(max_length=2000)] | None = Field(
        None, description="What came of it.", examples=["同意试用"]
    )
    next_step: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="What to do next.", examples=["发送报价"]
    )
    next_contact_at: Instant | None = Field(None, description="When to get in touch next.")
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class InteractionUpdate(InteractionWrite):
    """Changes: absent keeps, null clears."""

    subject_type: ShortLine = Field("", description="The resource it is about.", examples=["customers"])
    subject_id: Id = Field("", description="The record it is about.")
    participants: Annotated[list[ParticipantWrite], Field(max_length=50)] = Field(
        default_factory=list, description="Contacts who took part: the complete list.", examples=[[CONTACT]]
    )


class InteractionTold(InteractionWrite):
    """A new interaction about a record that is known already."""

    kind: InteractionKind = Field(description="How it took place.", examples=["call"])
    summary: Summary = Field(description="What it was about.", examples=[SUMMARY])
    participants: Annotated[list[ParticipantNew], Field(max_length=50)] = Field(
        default_factory=list, description="Contacts who took part: the complete list.", examples=[[CONTACT]]
    )


class InteractionCreate(InteractionTold):
    """A new interaction."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    subject_type: ShortLine = Field(description="The resource it is about.", examples=["customers"])
    subject_id: Id = Field(description="The record it is about.")


class ParticipantRead(Schema):
    """Who took part."""

    id: Id = Field(description="UUID of the entry.")
    contact_id: Id = Field(description="The contact.")


class InteractionRead(CustomisedRead, LinkedRead, DeletableRead):
    """An interaction; its author is `created_by`."""

    subject_type: str = Field(description="The resource it is about.", examples=["customers"])
    subject_id: Id = Field(description="The record it is about.")
    customer_id: Id | None = Field(description="The customer whose record that was then.")
    kind: InteractionKind = Field(description="How it took place.", examples=["call"])
    direction: Direction = Field(
        description="`in`: they turned to us; `out`: we turned to them.", examples=["out"]
    )
    happened_at: Instant = Field(description="When.")
    duration_seconds: int | None = Field(description="How long it took.", examples=[900])
    location: str | None = Field(description="Where.", examples=["浦东会议室"])
    summary: str = Field(description="What it was about.", examples=[SUMMARY])
    outcome: str | None = Field(description="What came of it.", examples=["同意试用"])
    next_step: str | None = Field(description="What to do next.", examples=["发送报价"])
    next_contact_at: Instant | None = Field(description="When to get in touch next.", examples=[None])
    participants: list[ParticipantRead] = Field(description="Contacts who took part.")
