"""Bodies and answers of pipelines."""

from typing import Annotated

from pydantic import Field, StringConstraints, WithJsonSchema

from crm_api.kit.schemas import DeletableRead, Flag, Id, Line, Schema, Whole
from crm_api.sales.pipelines.models import StageKind

StageKey = Annotated[str, StringConstraints(min_length=1, max_length=63, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Percent = Annotated[
    Whole, Field(ge=0, le=100), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 100})
]


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


Stages = Annotated[list[StageWrite], Field(min_length=3, max_length=50)]
STAGES_EXAMPLE = [
    {"key": "qualification", "name": "需求确认", "kind": "open", "probability": 25},
    {"key": "proposal", "name": "方案报价", "kind": "open", "probability": 50},
    {"key": "won", "name": "赢单", "kind": "won", "probability": 100},
    {"key": "lost", "name": "输单", "kind": "lost", "probability": 0},
]


class PipelineUpdate(Schema):
    """Changes: absent keeps; `stages` is the complete list in its order, a known id keeps what it omits."""

    name: Line = Field("", description="Name.", examples=["标准销售流程"])
    is_default: Flag = Field(
        False,
        description="New opportunities go here; takes the place of the default before.",
        examples=[False],
    )
    stages: Stages = Field(
        default_factory=list,
        description="Stages in their order, at least one of each kind.",
        examples=[STAGES_EXAMPLE],
    )


class PipelineCreate(PipelineUpdate):
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


class PipelineRead(DeletableRead):
    """A pipeline with its stages."""

    name: str = Field(description="Name.", examples=["标准销售流程"])
    is_default: bool = Field(description="Whether new opportunities go here.", examples=[True])
    stages: list[StageRead] = Field(description="Stages in their order.")
