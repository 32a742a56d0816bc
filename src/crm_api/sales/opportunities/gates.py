"""What opportunities have to say when pipelines are changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_api.kit import clock
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.filters import nearest
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.opportunities.entry import CUSTOM, REQUIRABLE, requirable
from crm_api.sales.opportunities.models import StageMove
from crm_api.sales.opportunities.repository import OpportunityRepository
from crm_api.sales.pipelines.errors import PipelineInUse, StageInUse
from crm_api.sales.pipelines.models import Pipeline, PipelineStage


async def keep_used_pipeline(uow: UnitOfWork, pipeline: Pipeline) -> None:
    """A pipeline in which opportunities stand, deleted ones too, stays."""
    if await OpportunityRepository(uow).any_in(pipeline.id):
        raise PipelineInUse


async def keep_used_stage(uow: UnitOfWork, stage: PipelineStage) -> None:
    """A stage in which opportunities stand, deleted ones too, stays what it is."""
    if await OpportunityRepository(uow).any_in(stage.pipeline_id, stage.id):
        raise StageInUse


async def check_required_fields(uow: UnitOfWork, stages: Sequence[PipelineStage]) -> None:
    """A stage asks for fields that opportunities have; Invalid otherwise."""
    named = {name for stage in stages for name in stage.required_fields}
    known = await requirable(uow, named) if named else set()
    listed = ", ".join((*REQUIRABLE, f"{CUSTOM}*"))
    faults = [
        Fault(
            "pointer",
            f"/stages/{position}/required_fields/{place}",
            "not_requirable",
            {"fields": listed, "hint": nearest(name, known)},
        )
        for position, stage in enumerate(stages)
        for place, name in enumerate(stage.required_fields)
        if name not in known
    ]
    if faults:
        raise Invalid(faults=faults)


async def move_all(uow: UnitOfWork, pipeline_id: str, change: Mapping[str, Any]) -> None:
    """Everything that stands in a stage, closed and deleted deals too, moves to its heir, as a move is told."""
    repository = OpportunityRepository(uow)
    stages = {stage.id: stage for stage in await repository.stages(pipeline_id)}
    former, stage = (stages[change["stage_id"][side]] for side in ("from", "to"))
    at = clock.now()
    standing = await repository.standing_in(former)
    moves = [StageMove.between(found, former, stage, at, uow.principal.id) for found in standing]
    for found in standing:
        found.enter(stage, at)
    await repository.move_all(standing, moves, at)
