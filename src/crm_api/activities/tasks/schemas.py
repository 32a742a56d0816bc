"""Bodies and answers of tasks."""

from typing import Annotated

from pydantic import Field

from crm_api.activities.interactions.schemas import InteractionTold
from crm_api.activities.tasks.models import MOST_APART, Priority, Recurrence, TaskStatus
from crm_api.kit.schemas import (
    CUSTOM_FIELDS,
    CustomFields,
    CustomisedRead,
    Day,
    DeletableRead,
    ExternalIds,
    Flag,
    Id,
    Instant,
    Line,
    LinkedRead,
    OwnedRead,
    Prose,
    Schema,
    ShortLine,
    Whole,
)

TITLE = "回访智达科技"
ITEM = {"title": "准备报价单", "done": False}


class ChecklistItemWrite(Schema):
    """A step as a body writes it; a known one keeps what is left out."""

    id: Id | None = Field(None, description="Names a step that exists, or the id of a new one.")
    title: Line = Field(description="What to do.", examples=["准备报价单"])
    done: Flag = Field(False, description="Whether it is done.", examples=[False])


Checklist = Annotated[list[ChecklistItemWrite], Field(max_length=100)]


class TaskWrite(Schema):
    """What a client may say about an open task; every key may be left out of a change."""

    title: Line = Field("", description="What is to be done.", examples=[TITLE])
    description: Prose | None = Field(None, description="More about it.", examples=["确认试用结果"])
    subject_type: ShortLine | None = Field(
        None, description="The resource it is about; with `subject_id`.", examples=[None]
    )
    subject_id: Id | None = Field(None, description="The record it is about.", examples=[None])
    priority: Priority = Field(Priority.NORMAL, description="How much it matters.", examples=["high"])
    due_at: Instant | None = Field(None, description="By when. Overdue ones: `due_at[lt]=now&status=open`.")
    remind_at: Instant | None = Field(
        None, description="When to remind of it, once; another time reminds anew.", examples=[None]
    )
    recurrence: Recurrence | None = Field(
        None, description="Whether another follows when it is done; needs `due_at`.", examples=["weekly"]
    )
    recurrence_interval: Annotated[Whole, Field(ge=1, le=MOST_APART)] = Field(
        1, description="Every how many days, weeks or months.", examples=[2]
    )
    recurrence_until: Day | None = Field(
        None, description="The last day on which one may be due, in the owner's time zone.", examples=[None]
    )
    checklist: Checklist = Field(
        default_factory=list, description="Its steps: the complete list.", examples=[[ITEM]]
    )
    owner_id: Id | None = Field(
        None, description="The user who does it; the creator unless given, null for nobody."
    )
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class TaskCreate(TaskWrite):
    """A new task."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    title: Line = Field(description="What is to be done.", examples=[TITLE])


class TaskUpdate(TaskWrite):
    """Changes: absent keeps, null clears."""


class TaskComplete(Schema):
    """What came of it."""

    interaction: InteractionTold | None = Field(
        None, description="Recorded about the record of the task; none when absent."
    )


class ChecklistItemRead(Schema):
    """A step of a task."""

    id: Id = Field(description="UUID of the step.")
    title: str = Field(description="What to do.", examples=["准备报价单"])
    done: bool = Field(description="Whether it is done.", examples=[False])


class TaskRead(CustomisedRead, LinkedRead, OwnedRead, DeletableRead):
    """A task with its checklist."""

    subject_type: str | None = Field(description="The resource it is about.", examples=["customers"])
    subject_id: Id | None = Field(description="The record it is about.")
    customer_id: Id | None = Field(description="The customer whose record that was then.")
    title: str = Field(description="What is to be done.", examples=[TITLE])
    description: str | None = Field(description="More about it.", examples=["确认试用结果"])
    priority: Priority = Field(description="How much it matters.", examples=["high"])
    status: TaskStatus = Field(description="Whether it is still to be done.", examples=["open"])
    status_entered_at: Instant = Field(description="Since when.")
    due_at: Instant | None = Field(description="By when.")
    remind_at: Instant | None = Field(description="When to remind of it.", examples=[None])
    reminded_at: Instant | None = Field(description="When its reminder was fired.", examples=[None])
    recurrence: Recurrence | None = Field(
        description="Whether another follows when it is done.", examples=["weekly"]
    )
    recurrence_interval: int = Field(description="Every how many days, weeks or months.", examples=[2])
    recurrence_until: Day | None = Field(description="The last day on which one may be due.", examples=[None])
    interaction_id: Id | None = Field(description="The interaction that came of it.", examples=[None])
    next_id: Id | None = Field(description="The task that follows it.", examples=[None])
    checklist: list[ChecklistItemRead] = Field(description="Its steps.")
