"""Bodies and answers of development plans."""

from typing import Annotated

from pydantic import Field, StringConstraints

from crm_api.kit.schemas import Day, DeletableRead, Flag, Id, Instant, Line, Prose, Schema, ShortLine
from crm_api.parties.customers.models import Lifecycle
from crm_api.sales.development_plans.models import PlanStatus

Action = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Outcome = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
REASON = "Code of type `plan_failure_reason` in the data dictionary."
ITEM = {"action": "拜访采购总监，确认预算", "due_on": "2026-03-15"}


class PlanItemWrite(Schema):
    """An item as a body writes it; a new one needs an action, a known one keeps what is left out."""

    id: Id | None = Field(None, description="Names an item that exists, or the id of a new one.")
    action: Action = Field("", description="What is to be done.", examples=["拜访采购总监，确认预算"])
    due_on: Day | None = Field(None, description="Until when.")
    owner_id: Id | None = Field(
        None, description="The user who does it; for a new one the plan's owner when absent."
    )
    result: Outcome | None = Field(
        None, description="What came of it; while the plan is executing.", examples=[None]
    )
    done: Flag = Field(
        False, description="Whether it is done; while the plan is executing.", examples=[False]
    )


Items = Annotated[list[PlanItemWrite], Field(max_length=100)]


class PlanUpdate(Schema):
    """Changes of a draft or executing plan: absent keeps, null clears; `items` is the complete list in its order."""

    name: Line = Field("", description="Name.", examples=["智达科技开发计划"])
    goal: Prose | None = Field(None, description="What is to be achieved.", examples=["三月底前完成方案确认"])
    owner_id: Id | None = Field(
        None, description="The user who is responsible; the opportunity's owner unless given."
    )
    items: Items = Field(
        default_factory=list, description="What is to be done, in this order.", examples=[[ITEM]]
    )


class PlanCreate(PlanUpdate):
    """A new plan, a draft."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    name: Line = Field(description="Name.", examples=["智达科技开发计划"])
    opportunity_id: Id = Field(description="The open opportunity it is made for; stays the same.")


class PlanItemComplete(Schema):
    """What came of an item."""

    result: Outcome = Field(description="What came of it.", examples=["预算 20 万已批准"])


class PlanSucceed(Schema):
    """What goes along with the success, each with its own right."""

    stage_id: Id | None = Field(
        None, description="Another open stage for the opportunity; stays when absent.", examples=[None]
    )
    lifecycle: Lifecycle | None = Field(
        None, description="What its customer is from now on; stays when absent.", examples=["customer"]
    )


class PlanFail(Schema):
    """Why it has failed."""

    failure_reason: ShortLine = Field(description=f"Why. {REASON}", examples=["no_access"])
    failure_note: Outcome = Field(description="What happened.", examples=["采购负责人更换，项目暂停"])


class PlanItemRead(Schema):
    """An item of a plan."""

    id: Id = Field(description="UUID of the item.")
    action: str = Field(description="What is to be done.", examples=["拜访采购总监，确认预算"])
    due_on: Day | None = Field(description="Until when.")
    owner_id: Id | None = Field(description="The user who does it.")
    result: str | None = Field(description="What came of it.", examples=[None])
    done: bool = Field(description="Whether it is done.", examples=[False])
    done_at: Instant | None = Field(description="Since when it is done.", examples=[None])


class PlanRead(DeletableRead):
    """A development plan with its items."""

    name: str = Field(description="Name.", examples=["智达科技开发计划"])
    goal: str | None = Field(description="What is to be achieved.", examples=["三月底前完成方案确认"])
    opportunity_id: Id = Field(description="The opportunity it is made for.")
    owner_id: Id | None = Field(description="The user who is responsible.")
    status: PlanStatus = Field(description="How far it has come.", examples=["draft"])
    status_entered_at: Instant = Field(description="Since when.")
    next_due_on: Day | None = Field(
        description="The earliest date of the items that are not done; in the past: the plan is overdue."
    )
    failure_reason: str | None = Field(description=f"Why it has failed. {REASON}", examples=[None])
    failure_note: str | None = Field(description="More about that.", examples=[None])
    items: list[PlanItemRead] = Field(description="What is to be done.")
