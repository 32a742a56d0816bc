"""Bodies and answers of approvals."""

from typing import Annotated

from pydantic import Field, StringConstraints

from crm_api.kit.schemas import Id, Instant, Money, RecordRead, Schema
from crm_api.workflow.approval_flows.schemas import ApprovalNodeRead
from crm_api.workflow.approvals.models import ApprovalStatus, StepStatus

Comment = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class ApprovalApprove(Schema):
    """A yes."""

    comment: Comment | None = Field(None, description="What to say with it.", examples=["同意"])


class ApprovalRefuse(Schema):
    """A no, or not yet."""

    comment: Comment = Field(description="Why.", examples=["折扣过高，请重新报价"])


class ApprovalDelegate(Schema):
    """Who decides instead."""

    user_id: Id = Field(description="The user who decides in your place.")
    comment: Comment | None = Field(None, description="What to say with it.", examples=["出差中，请代为审批"])


class ApprovalAddSigner(Schema):
    """Who has to agree first."""

    user_id: Id = Field(description="The user who is asked before you decide.")


class ApprovalStepRead(Schema):
    """Somebody who is, was or will be asked."""

    id: Id = Field(description="UUID of the step.")
    node: int = Field(description="The node of the flow it belongs to, from 0.", examples=[0])
    approver_id: Id = Field(description="Who is asked.")
    for_id: Id | None = Field(description="Whose place they took.", examples=[None])
    status: StepStatus = Field(description="What became of it.", examples=["pending"])
    comment: str | None = Field(description="What was said.", examples=[None])
    decided_at: Instant | None = Field(description="When it was decided or handed on.", examples=[None])
    before_id: Id | None = Field(
        description="The step that waits for this one: its approver added this signer.", examples=[None]
    )
    asked_at: Instant | None = Field(description="Since when they are asked.")
    reminded_at: Instant | None = Field(
        description="When they were reminded: once, after `remind_after_hours` of the node.", examples=[None]
    )


class ApprovalRead(RecordRead):
    """A request that people decide on; name, type, amount and team are those of the record when it was submitted."""

    subject_type: str = Field(description="Resource of the record.", examples=["contracts"])
    subject_id: Id = Field(description="The record.")
    subject_name: str = Field(description="What the record was called.", examples=["网关年度框架合同"])
    type: str | None = Field(description="Its type.", examples=["framework"])
    amount: Money | None = Field(description="Its amount.")
    team_id: Id | None = Field(description="The team it counted for.")
    submitter_id: Id = Field(
        description="For whom it was asked: the owner of the record, or whoever asked when nobody owns it."
    )
    flow_id: Id = Field(description="The flow it goes through.")
    flow_version: int = Field(description="The version of the flow when it was submitted.", examples=[1])
    nodes: list[ApprovalNodeRead] = Field(description="The nodes of the flow in that version.")
    node: int = Field(description="The node that is asked now, or was asked last, from 0.", examples=[0])
    approver_ids: list[Id] = Field(
        description="Who is asked now: `approver_ids[has_any]=<your id>` is your inbox."
    )
    status: ApprovalStatus = Field(description="How it stands.", examples=["pending"])
    status_entered_at: Instant = Field(description="Since when.")
    comment: str | None = Field(description="What was said when it ended.", examples=[None])
    steps: list[ApprovalStepRead] = Field(description="Who is, was or will be asked, in their order.")
