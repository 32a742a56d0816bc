"""`/api/v1/development-plans`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes
from crm_api.sales.development_plans.execution import ExecutionService
from crm_api.sales.development_plans.resource import COMPLETE, FAIL, START, SUCCEED, development_plans
from crm_api.sales.development_plans.schemas import (
    PlanCreate,
    PlanFail,
    PlanItemComplete,
    PlanRead,
    PlanSucceed,
    PlanUpdate,
)
from crm_api.sales.development_plans.service import PlanService

router = APIRouter(prefix="/api/v1/development-plans", tags=["development-plans"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(development_plans.create)]
CanUpdate = Annotated[UnitOfWork, allowed(development_plans.update)]
CanDelete = Annotated[UnitOfWork, allowed(development_plans.delete)]
CanRestore = Annotated[UnitOfWork, allowed(development_plans.restore)]
CanStart = Annotated[UnitOfWork, allowed(START)]
CanComplete = Annotated[UnitOfWork, allowed(COMPLETE)]
CanSucceed = Annotated[UnitOfWork, allowed(SUCCEED)]
CanFail = Annotated[UnitOfWork, allowed(FAIL)]

reads(router, development_plans, PlanRead)
writes(router, development_plans, PlanCreate, PlanUpdate, PlanService, PlanRead)


@router.post(
    "",
    status_code=201,
    response_model=PlanRead,
    operation_id="development_plans_create",
    summary="Create a development plan",
)
async def create_development_plan(data: PlanCreate, uow: CanCreate) -> Any:
    """A draft for an open opportunity that you may change. 409 when it has a plan already; a failed one makes room."""
    return await PlanService(uow).create(data.given())


@router.patch(
    "/{development_plan_id}",
    response_model=PlanRead,
    operation_id="development_plans_update",
    summary="Change a development plan",
)
async def update_development_plan(development_plan_id: str, data: PlanUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears, `items` is the complete list. Results are written while it is executing; 409 once it has succeeded or failed."""
    return await PlanService(uow).update(development_plan_id, data.given())


@router.delete(
    "/{development_plan_id}",
    status_code=204,
    operation_id="development_plans_delete",
    summary="Delete a development plan",
)
async def delete_development_plan(development_plan_id: str, uow: CanDelete) -> None:
    """A draft, softly: it can be restored. 409 once it was started: fail it instead."""
    await PlanService(uow).delete(development_plan_id)


@router.post(
    "/{development_plan_id}/restore",
    response_model=PlanRead,
    operation_id="development_plans_restore",
    summary="Restore a development plan",
)
async def restore_development_plan(development_plan_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. 409 when the opportunity has another plan meanwhile."""
    return await PlanService(uow).restore(development_plan_id)


@router.post(
    "/{development_plan_id}/start",
    response_model=PlanRead,
    operation_id="development_plans_start",
    summary="Start a development plan",
)
async def start_development_plan(development_plan_id: str, uow: CanStart) -> Any:
    """Draft becomes executing. 409 without an item, and when the opportunity is closed."""
    return await ExecutionService(uow).start(development_plan_id)


@router.post(
    "/{development_plan_id}/items/{item_id}/complete",
    response_model=PlanRead,
    operation_id="development_plans_complete",
    summary="Complete an item of a development plan",
)
async def complete_development_plan_item(
    development_plan_id: str, item_id: str, data: PlanItemComplete, uow: CanComplete
) -> Any:
    """It is done, and this came of it. 409 unless the plan is executing, and when the item is done already."""
    return await ExecutionService(uow).complete(development_plan_id, item_id, data.result)


@router.post(
    "/{development_plan_id}/succeed",
    response_model=PlanRead,
    operation_id="development_plans_succeed",
    summary="Succeed with a development plan",
)
async def succeed_development_plan(
    development_plan_id: str, uow: CanSucceed, data: PlanSucceed | None = None
) -> Any:
    """Executing becomes succeeded. `stage_id` moves the opportunity (needs `opportunities:move`, and passes the stage's gate), `lifecycle` changes its customer (needs `customers:update`); all or nothing."""
    return await ExecutionService(uow).succeed(development_plan_id, data.given() if data else {})


@router.post(
    "/{development_plan_id}/fail",
    response_model=PlanRead,
    operation_id="development_plans_fail",
    summary="Fail a development plan",
)
async def fail_development_plan(development_plan_id: str, data: PlanFail, uow: CanFail) -> Any:
    """Executing becomes failed, for a reason that is an active code of the data dictionary. Its opportunity may have another plan from then on."""
    return await ExecutionService(uow).fail(development_plan_id, data.given())
