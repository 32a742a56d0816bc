"""`/api/v1/pipelines`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes
from crm_api.sales.pipelines.resource import pipelines
from crm_api.sales.pipelines.schemas import PipelineCreate, PipelineRead, PipelineUpdate, StageList
from crm_api.sales.pipelines.service import PipelineService

router = APIRouter(prefix="/api/v1/pipelines", tags=["pipelines"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(pipelines.create)]
CanUpdate = Annotated[UnitOfWork, allowed(pipelines.update)]
CanDelete = Annotated[UnitOfWork, allowed(pipelines.delete)]
CanRead = Annotated[UnitOfWork, allowed(pipelines.read)]
CanRestore = Annotated[UnitOfWork, allowed(pipelines.restore)]

reads(router, pipelines, PipelineRead)
writes(router, pipelines, PipelineCreate, PipelineUpdate, PipelineService, PipelineRead)


@router.post(
    "",
    status_code=201,
    response_model=PipelineRead,
    operation_id="pipelines_create",
    summary="Create a pipeline",
)
async def create_pipeline(data: PipelineCreate, uow: CanCreate) -> Any:
    """Its stages in their order, at least one open, one won and one lost. As the default it replaces the one before."""
    return await PipelineService(uow).create(data.given())


@router.patch(
    "/{pipeline_id}",
    response_model=PipelineRead,
    operation_id="pipelines_update",
    summary="Change a pipeline",
)
async def update_pipeline(pipeline_id: str, data: PipelineUpdate, uow: CanUpdate) -> Any:
    """Absent keeps; `stages` is the complete list. What stands in a stage that goes, or changes its kind, moves where `stage_mapping` says, deleted deals too, each by its own event; 409 when nothing is said."""
    return await PipelineService(uow).update(pipeline_id, data.given())


@router.delete(
    "/{pipeline_id}", status_code=204, operation_id="pipelines_delete", summary="Delete a pipeline"
)
async def delete_pipeline(pipeline_id: str, uow: CanDelete) -> None:
    """Softly: it can be restored. 409 for the default pipeline, and while opportunities stand in it."""
    await PipelineService(uow).delete(pipeline_id)


@router.post(
    "/{pipeline_id}/restore",
    response_model=PipelineRead,
    operation_id="pipelines_restore",
    summary="Restore a pipeline",
)
async def restore_pipeline(pipeline_id: str, uow: CanRestore) -> Any:
    """Undo a deletion."""
    return await PipelineService(uow).restore(pipeline_id)


@router.get(
    "/{pipeline_id}/stages",
    response_model=StageList,
    operation_id="pipelines_stages",
    summary="List the stages of a pipeline",
)
async def list_stages(pipeline_id: str, uow: CanRead) -> Any:
    """In their order, each with its gate and how many live open deals within your reach stand in it."""
    stages = await PipelineService(uow).stages(pipeline_id)
    return {"data": stages, "page": {"next_cursor": None, "prev_cursor": None, "has_more": False}}
