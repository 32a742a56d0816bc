"""What opportunities have to say when pipelines are changed."""

from crm_api.kit.uow import UnitOfWork
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
