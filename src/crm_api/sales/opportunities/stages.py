"""Which stage a body means."""

from collections.abc import Sequence

from crm_api.kit.errors import Invalid
from crm_api.sales.pipelines.models import PipelineStage, StageKind


def chosen(stages: Sequence[PipelineStage], stage_id: str | None) -> PipelineStage:
    """The stage with this id, else the first open one; an id that is not among them is unknown."""
    if stage_id is None:
        return next(stage for stage in stages if stage.kind == StageKind.OPEN)
    for stage in stages:
        if stage.id == stage_id:
            return stage
    raise Invalid.at("/stage_id", "reference_not_found", resource="stage")


def closing(stages: Sequence[PipelineStage], stage_id: str | None, kind: StageKind) -> PipelineStage:
    """The stage with this id, else the first of a kind; one of another kind is Invalid."""
    if stage_id is None:
        return next(stage for stage in stages if stage.kind == kind)
    stage = chosen(stages, stage_id)
    if stage.kind != kind:
        raise Invalid.at("/stage_id", "wrong_stage_kind", kind=kind.value)
    return stage


def open_stage(stages: Sequence[PipelineStage], stage_id: str | None) -> PipelineStage:
    """The stage to move to; stages that close are reached by winning and losing."""
    stage = chosen(stages, stage_id)
    if stage.kind != StageKind.OPEN:
        raise Invalid.at("/stage_id", "use_win_or_lose")
    return stage


def is_backward(former: PipelineStage, stage: PipelineStage) -> bool:
    """Whether a step leads to an earlier stage of the same pipeline."""
    return former.pipeline_id == stage.pipeline_id and stage.position < former.position
