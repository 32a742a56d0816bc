"""Bodies and answers of pipelines."""

from typing import Annotated

from pydantic import Field, StringConstraints, WithJsonSchema

from crm_api.kit.reads import Page
from crm_api.kit.schemas import DeletableRead, Flag, Id, Line, Schema, ShortLine, Whole
from crm_api.sales.pipelines.models import PlanDemand, StageKind

StageKey = Annotated[str, StringConstraints(min_length=1, max_length=63, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Percent = Annotated[
    Whole, Field(ge=0, le=100), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 100})
]


RequiredFields = Annotated[list[ShortLine], Field(max_length=20)]
REQUIRED = "Fields that a deal must have a value in before it enters, custom ones as `custom_fields.key`."
APPROVAL = "Whether a deal has to be approved for it before it enters: `POST /opportunities/{id}/submit`."
PLAN = "How far its development plan must have come before it enters; null for any."


class StageWrite(Schema):
    """A stage as a body writes it; a new one needs key, name and kind, a known one keeps what is left out."""

    id: Id | None = Field(None, description="Names a stage that exists, or the id of a new one.")
    key: StageKey = Field("", description="Name for programs; unique in its pipeline.", examples=["proposal"])
    name: Line = Field("", description="Name for people.", examples=["方案报价"])
    kind: StageKind = Field(
        StageKind.OPEN, description="What it means to stand here: open, won or lost.", examples=["open"]
    )
    probability: Percent = Field(
        0,
        description="Chance of winning in whole percent; for a new stage 100 if won, else 0.",
        examples=[50],
    )
    required_fields: RequiredFields = Field(
        default_factory=list, description=REQUIRED, examples=[["expected_close_on"]]
    )
    required_plan_status: PlanDemand | None = Field(None, description=PLAN, examples=[None])
    approval_required: Flag = Field(False, description=APPROVAL, examples=[False])


Stages = Annotated[list[StageWrite], Field(min_length=3, max_length=50)]
STAGES_EXAMPLE = [
    {"key": "qualification", "name": "需求确认", "kind": "open", "probability": 25},
    {"key": "proposal", "name": "方案报价", "kind": "open", "probability": 50},
    {"key": "won", "name": "赢单", "kind": "won", "probability": 100},
    {"key": "lost", "name": "输单", "kind": "lost", "probability": 0},
]


class StageMapping(Schema):
    """Where the deals go that stand in a stage which is removed or changes its kind."""

    from_stage_id: Id = Field(description="The stage that goes.")
    to_stage_id: Id = Field(description="A stage of the same kind that stays.")


class PipelineWrite(Schema):
    """What a client may say about a pipeline."""

    name: Line = Field("", description="Name.", examples=["标准销售流程"])
    is_default: Flag = Field(
        False,
        description="New opportunities go here; takes the place of the default before.",
        examples=[False],
    )
    allow_backward: Flag = Field(
        True, description="Whether deals may go back to an earlier open stage.", examples=[True]
    )
    stages: Stages = Field(
        default_factory=list,
        description="Stages in their order, at least one of each kind.",
        examples=[STAGES_EXAMPLE],
    )


class PipelineUpdate(PipelineWrite):
    """Changes: absent keeps; `stages` is the complete list in its order, a known id keeps what it omits."""

    stage_mapping: Annotated[list[StageMapping], Field(max_length=50)] = Field(
        default_factory=list,
        description="For each stage that goes while deals stand in it: where they go.",
        examples=[[]],
    )


class PipelineCreate(PipelineWrite):
    """A new pipeline."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    name: Line = Field(description="Name.", examples=["标准销售流程"])
    stages: Stages = Field(
        description="Stages in their order, at least one of each kind.", examples=[STAGES_EXAMPLE]
    )


class StageRead(Schema):
    """A stage of a pipeline."""

    id: Id = Field(description="UUID of the stage.")
    key: str = Field(description="Name for programs.", examples=["proposal"])
    name: str = Field(description="Name for people.", examples=["方案报价"])
    kind: StageKind = Field(description="What it means to stand here.", examples=["open"])
    probability: int = Field(description="Chance of winning in whole percent.", examples=[50])
    required_fields: list[str] = Field(description=REQUIRED, examples=[["expected_close_on"]])
    required_plan_status: PlanDemand | None = Field(description=PLAN, examples=[None])
    approval_required: bool = Field(description=APPROVAL, examples=[False])


class StageUse(StageRead):
    """A stage, and how many deals stand in it."""

    open_opportunities: int | None = Field(
        description="Live open deals in it within your reach; null when you may not read deals.", examples=[3]
    )


class StageList(Schema):
    """Every stage of a pipeline in its order."""

    data: list[StageUse] = Field(description="The stages.")
    page: Page = Field(description="There is one page.")


class PipelineRead(DeletableRead):
    """A pipeline with its stages."""

    name: str = Field(description="Name.", examples=["标准销售流程"])
    is_default: bool = Field(description="Whether new opportunities go here.", examples=[True])
    allow_backward: bool = Field(
        description="Whether deals may go back to an earlier open stage.", examples=[True]
    )
    stages: list[StageRead] = Field(description="Stages in their order.")
