"""`/api/v1/receivables`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.finance.receivables.planning import PlanningService
from crm_api.finance.receivables.resource import ASSIGN, CANCEL, PLAN, receivables
from crm_api.finance.receivables.schemas import (
    PlannedReceivables,
    ReceivableCreate,
    ReceivablePlan,
    ReceivableRead,
    ReceivableUpdate,
)
from crm_api.finance.receivables.service import ReceivableService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.owning import Assignment
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes

router = APIRouter(prefix="/api/v1/receivables", tags=["receivables"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(receivables.create)]
CanUpdate = Annotated[UnitOfWork, allowed(receivables.update)]
CanDelete = Annotated[UnitOfWork, allowed(receivables.delete)]
CanRestore = Annotated[UnitOfWork, allowed(receivables.restore)]
CanAssign = Annotated[UnitOfWork, allowed(ASSIGN)]
CanCancel = Annotated[UnitOfWork, allowed(CANCEL)]
CanPlan = Annotated[UnitOfWork, allowed(PLAN)]

reads(router, receivables, ReceivableRead)
writes(router, receivables, ReceivableCreate, ReceivableUpdate, ReceivableService, ReceivableRead)


@router.post(
    "",
    status_code=201,
    response_model=ReceivableRead,
    operation_id="receivables_create",
    summary="Create a receivable",
)
async def create_receivable(data: ReceivableCreate, uow: CanCreate) -> Any:
    """Of a contract, an order or neither. 422 when the receivables of the document would come to more than the document."""
    return await ReceivableService(uow).create(data.given())


@router.post(
    "/plan",
    response_model=PlannedReceivables,
    operation_id="receivables_plan",
    summary="Plan the instalments of a document",
)
async def plan_receivables(data: ReceivablePlan, uow: CanPlan) -> Any:
    """Replaces the receivables of the document that nothing is paid on.

    With those that stay, the instalments come to the document's total exactly: 422 names the difference.
    """
    return {"data": await PlanningService(uow).plan(data.given())}


@router.patch(
    "/{receivable_id}",
    response_model=ReceivableRead,
    operation_id="receivables_update",
    summary="Change a receivable",
)
async def update_receivable(receivable_id: str, data: ReceivableUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears. 409 once it is paid or cancelled, and for another amount once something is paid on it."""
    return await ReceivableService(uow).update(receivable_id, data.given())


@router.delete(
    "/{receivable_id}",
    status_code=204,
    operation_id="receivables_delete",
    summary="Delete a receivable",
)
async def delete_receivable(receivable_id: str, uow: CanDelete) -> None:
    """Softly: it can be restored. 409 once something is paid on it."""
    await ReceivableService(uow).delete(receivable_id)


@router.post(
    "/{receivable_id}/restore",
    response_model=ReceivableRead,
    operation_id="receivables_restore",
    summary="Restore a receivable",
)
async def restore_receivable(receivable_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. 422 when the document has no room for it any more."""
    return await ReceivableService(uow).restore(receivable_id)


@router.post(
    "/{receivable_id}/assign",
    response_model=ReceivableRead,
    operation_id="receivables_assign",
    summary="Assign a receivable",
)
async def assign_receivable(receivable_id: str, data: Assignment, uow: CanAssign) -> Any:
    """Give it to another user, or to nobody; the team it counts for follows the new owner. 409 once it is paid."""
    return await ReceivableService(uow).update(receivable_id, data.given())


@router.post(
    "/{receivable_id}/cancel",
    response_model=ReceivableRead,
    operation_id="receivables_cancel",
    summary="Cancel a receivable",
)
async def cancel_receivable(receivable_id: str, uow: CanCancel) -> Any:
    """It is not owed any more. 409 once something is paid on it."""
    return await ReceivableService(uow).cancel(receivable_id)
