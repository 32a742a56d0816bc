"""Bodies and answers of approval flows."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from crm_api.kit.schemas import DeletableRead, Flag, Id, Line, Money, Schema, ShortLine, Whole
from crm_api.workflow.approval_flows.models import MOST_HOURS, MOST_LEVELS, NodeKind, NodeMode

Levels = Annotated[
    Whole,
    Field(ge=1, le=MOST_LEVELS),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_LEVELS}),
]
Hours = Annotated[
    Whole,
    Field(ge=1, le=MOST_HOURS),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_HOURS}),
]
KIND = "Who is asked: the superiors of the submitter, the leader of the team, the holders of a role, or named users."
MODE = (
    "Whether all agree at once (`all`), the first decision counts (`any`), or one is asked after the other."
)
LEVELS = "For `superior_chain`: how many superiors, from the nearest up."
ROLE = "For `role`: its key."
USERS = "For `users`: who they are."
REMIND = "After so many hours who is asked and has not decided is reminded, once: `approval.reminded`. Never when null."
ESCALATE = (
    "After so many hours the nearest superior is asked instead of who has not decided: `approval.escalated`. Each step"
    " once; who has no superior stays asked. Never when null."
)
NODES = "Who is asked, one node after the other."
NODES_EXAMPLE = [
    {"kind": "superior_chain", "mode": "sequential", "levels": 1},
    {"kind": "role", "mode": "any", "role": "executive"},
]


class ApprovalNodeWrite(Schema):
    """A node as a body writes it; a new one needs kind and mode, a known one keeps what is left out."""

    id: Id | None = Field(None, description="Names a node that exists, or the id of a new one.")
    name: Line | None = Field(None, description="What is decided here.", examples=["法务审核"])
    kind: NodeKind = Field(NodeKind.SUPERIOR_CHAIN, description=KIND, examples=["role"])
    mode: NodeMode = Field(NodeMode.ALL, description=MODE, examples=["any"])
    levels: Levels | None = Field(None, description=LEVELS, examples=[None])
    role: ShortLine | None = Field(None, description=ROLE, examples=["executive"])
    user_ids: Annotated[list[Id], Field(max_length=50)] = Field(
        default_factory=list, description=USERS, examples=[[]]
    )
    remind_after_hours: Hours | None = Field(None, description=REMIND, examples=[24])
    escalate_after_hours: Hours | None = Field(None, description=ESCALATE, examples=[48])


Nodes = Annotated[list[ApprovalNodeWrite], Field(min_length=1, max_length=20)]


class ApprovalFlowUpdate(Schema):
    """Changes: absent keeps, null clears; `nodes` is the complete list in its order."""

    name: Line = Field("", description="Name.", examples=["大额合同"])
    resource: ShortLine = Field(
        "",
        description="Which records it is for: a resource whose records are submitted.",
        examples=["contracts"],
    )
    active: Flag = Field(True, description="Whether it is chosen for what is submitted.", examples=[True])
    type: ShortLine | None = Field(
        None, description="Only records of this type; null for every type.", examples=[None]
    )
    amount_from: Money | None = Field(
        None,
        description="Only amounts from this one; those in another currency by what they are worth.",
        examples=[{"amount": "100000", "currency": "CNY"}],
    )
    amount_below: Money | None = Field(
        None,
        description="Only amounts below this one; those in another currency by what they are worth.",
        examples=[None],
    )
    team_id: Id | None = Field(None, description="Only records of this team and those below it.")
    nodes: Nodes = Field(default_factory=list, description=NODES, examples=[NODES_EXAMPLE])


class ApprovalFlowCreate(ApprovalFlowUpdate):
    """A new flow."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    name: Line = Field(description="Name.", examples=["大额合同"])
    resource: ShortLine = Field(
        description="Which records it is for: a resource whose records are submitted.", examples=["contracts"]
    )
    nodes: Nodes = Field(description=NODES, examples=[NODES_EXAMPLE])


class ApprovalNodeRead(Schema):
    """A node of a flow."""

    id: Id = Field(description="UUID of the node.")
    name: str | None = Field(description="What is decided here.", examples=["法务审核"])
    kind: NodeKind = Field(description=KIND, examples=["role"])
    mode: NodeMode = Field(description=MODE, examples=["any"])
    levels: int | None = Field(description=LEVELS, examples=[None])
    role: str | None = Field(description=ROLE, examples=["executive"])
    user_ids: list[Id] = Field(description=USERS, examples=[[]])
    remind_after_hours: int | None = Field(description=REMIND, examples=[24])
    escalate_after_hours: int | None = Field(description=ESCALATE, examples=[48])


class ApprovalFlowRead(DeletableRead):
    """A flow with its nodes; `version` is the one that approvals name."""

    name: str = Field(description="Name.", examples=["大额合同"])
    resource: str = Field(description="Which records it is for.", examples=["contracts"])
    active: bool = Field(description="Whether it is chosen for what is submitted.", examples=[True])
    type: str | None = Field(description="Only records of this type.", examples=[None])
    amount_from: Money | None = Field(
        description="Only amounts from this one; those in another currency by what they are worth."
    )
    amount_below: Money | None = Field(
        description="Only amounts below this one; those in another currency by what they are worth.",
        examples=[None],
    )
    team_id: Id | None = Field(description="Only records of this team and those below it.", examples=[None])
    nodes: list[ApprovalNodeRead] = Field(description=NODES)
