"""`/api/v1/opportunities`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.owning import Assignment
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes
from crm_api.sales.opportunities.approving import ApprovingService
from crm_api.sales.opportunities.closing import ClosingService
from crm_api.sales.opportunities.resource import ASSIGN, LOSE, MOVE, REOPEN, SUBMIT, WIN, opportunities
from crm_api.sales.opportunities.schemas import (
    OpportunityCreate,
    OpportunityLose,
    OpportunityMove,
    OpportunityRead,
    OpportunityReopen,
    OpportunitySubmit,
    OpportunityUpdate,
    OpportunityWin,
    StageMoveList,
)
from crm_api.sales.opportunities.service import OpportunityService
from crm_api.workflow.approvals.schemas import ApprovalRead

router = APIRouter(prefix="/api/v1/opportunities", tags=["opportunities"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(opportunities.create)]
CanUpdate = Annotated[UnitOfWork, allowed(opportunities.update)]
CanDelete = Annotated[UnitOfWork, allowed(opportunities.delete)]
CanRestore = Annotated[UnitOfWork, allowed(opportunities.restore)]
CanAssign = Annotated[UnitOfWork, allowed(ASSIGN)]
CanSubmit = Annotated[UnitOfWork, allowed(SUBMIT)]
CanMove = Annotated[UnitOfWork, allowed(MOVE)]
CanWin = Annotated[UnitOfWork, allowed(WIN)]
CanLose = Annotated[UnitOfWork, allowed(LOSE)]
CanReopen = Annotated[UnitOfWork, allowed(REOPEN)]
CanRead = Annotated[UnitOfWork, allowed(opportunities.read)]

reads(router, opportunities, OpportunityRead)
writes(router, opportunities, OpportunityCreate, OpportunityUpdate, OpportunityService, OpportunityRead)


@router.post(
    "",
    status_code=201,
    response_model=OpportunityRead,
    operation_id="opportunities_create",
    summary="Create an opportunity",
)
async def create_opportunity(data: OpportunityCreate, uow: CanCreate) -> Any:
    """Open, in the default pipeline's first stage unless the body names another. A closed stage needs the right to import history (403)."""
    return await OpportunityService(uow).create(data.given())


@router.patch(
    "/{opportunity_id}",
    response_model=OpportunityRead,
    operation_id="opportunities_update",
    summary="Change an opportunity",
)
async def update_opportunity(opportunity_id: str, data: OpportunityUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears, `lines` is the complete list. Another stage needs the right to move, another owner the right to assign. 409 once it is closed."""
    return await OpportunityService(uow).update(opportunity_id, data.given())


@router.delete(
    "/{opportunity_id}", status_code=204, operation_id="opportunities_delete", summary="Delete an opportunity"
)
async def delete_opportunity(opportunity_id: str, uow: CanDelete) -> None:
    """Softly: it can be restored. 409 once it is closed."""
    await OpportunityService(uow).delete(opportunity_id)


@router.post(
    "/{opportunity_id}/restore",
    response_model=OpportunityRead,
    operation_id="opportunities_restore",
    summary="Restore an opportunity",
)
async def restore_opportunity(opportunity_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. 409 when another opportunity has taken its external ids meanwhile."""
    return await OpportunityService(uow).restore(opportunity_id)


@router.post(
    "/{opportunity_id}/assign",
    response_model=OpportunityRead,
    operation_id="opportunities_assign",
    summary="Assign an opportunity",
)
async def assign_opportunity(opportunity_id: str, data: Assignment, uow: CanAssign) -> Any:
    """Give it to another user, or to nobody; the team it counts for follows the new owner. 409 once it is closed."""
    return await OpportunityService(uow).update(opportunity_id, data.given())


@router.post(
    "/{opportunity_id}/submit",
    status_code=201,
    response_model=ApprovalRead,
    operation_id="opportunities_submit",
    summary="Submit an opportunity",
)
async def submit_opportunity(opportunity_id: str, data: OpportunitySubmit, uow: CanSubmit) -> Any:
    """Ask whether it may enter a stage that demands approval; the answer is the approval. It holds for the amount that the deal has now.

    409 while one is pending, once the deal is closed, or when nobody can be found who may approve it.
    """
    return await ApprovingService(uow).submit(opportunity_id, data.stage_id)


@router.post(
    "/{opportunity_id}/move",
    response_model=OpportunityRead,
    operation_id="opportunities_move",
    summary="Move an opportunity",
)
async def move_opportunity(opportunity_id: str, data: OpportunityMove, uow: CanMove) -> Any:
    """To another open stage of its pipeline. 422 for a stage that closes it, 409 once it is closed."""
    return await OpportunityService(uow).move(opportunity_id, data.stage_id)


@router.post(
    "/{opportunity_id}/win",
    response_model=OpportunityRead,
    operation_id="opportunities_win",
    summary="Win an opportunity",
)
async def win_opportunity(opportunity_id: str, uow: CanWin, data: OpportunityWin | None = None) -> Any:
    """It needs a customer and an amount (409 without), and is frozen from then on."""
    return await ClosingService(uow).win(opportunity_id, data.given() if data else {})


@router.post(
    "/{opportunity_id}/lose",
    response_model=OpportunityRead,
    operation_id="opportunities_lose",
    summary="Lose an opportunity",
)
async def lose_opportunity(opportunity_id: str, data: OpportunityLose, uow: CanLose) -> Any:
    """The reason is an active code of the data dictionary; frozen from then on."""
    return await ClosingService(uow).lose(opportunity_id, data.given())


@router.post(
    "/{opportunity_id}/reopen",
    response_model=OpportunityRead,
    operation_id="opportunities_reopen",
    summary="Reopen an opportunity",
)
async def reopen_opportunity(
    opportunity_id: str, uow: CanReopen, data: OpportunityReopen | None = None
) -> Any:
    """Take up what was won or lost; closing date and reason are cleared. 409 while it is open."""
    return await ClosingService(uow).reopen(opportunity_id, data.stage_id if data else None)


@router.get(
    "/{opportunity_id}/stage-moves",
    response_model=StageMoveList,
    operation_id="opportunities_stage_moves",
    summary="List the stage moves of an opportunity",
)
async def list_stage_moves(opportunity_id: str, uow: CanRead) -> Any:
    """Every step from stage to stage with who took it and how long it had been there, the first one first."""
    moves = await OpportunityService(uow).stage_moves(opportunity_id)
    return {"data": moves, "page": {"next_cursor": None, "prev_cursor": None, "has_more": False}}
