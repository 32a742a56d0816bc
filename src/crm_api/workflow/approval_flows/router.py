"""`/api/v1/approval-flows`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes
from crm_api.workflow.approval_flows.resource import approval_flows
from crm_api.workflow.approval_flows.schemas import ApprovalFlowCreate, ApprovalFlowRead, ApprovalFlowUpdate
from crm_api.workflow.approval_flows.service import ApprovalFlowService

router = APIRouter(prefix="/api/v1/approval-flows", tags=["approval-flows"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(approval_flows.create)]
CanUpdate = Annotated[UnitOfWork, allowed(approval_flows.update)]
CanDelete = Annotated[UnitOfWork, allowed(approval_flows.delete)]
CanRestore = Annotated[UnitOfWork, allowed(approval_flows.restore)]

reads(router, approval_flows, ApprovalFlowRead)
writes(router, approval_flows, ApprovalFlowCreate, ApprovalFlowUpdate, ApprovalFlowService, ApprovalFlowRead)


@router.post(
    "",
    status_code=201,
    response_model=ApprovalFlowRead,
    operation_id="approval_flows_create",
    summary="Create an approval flow",
)
async def create_approval_flow(data: ApprovalFlowCreate, uow: CanCreate) -> Any:
    """Of the flows that fit a record the most specific is chosen: first by type, then by the nearest team, then by the range of amounts, then the older one."""
    return await ApprovalFlowService(uow).create(data.given())


@router.patch(
    "/{approval_flow_id}",
    response_model=ApprovalFlowRead,
    operation_id="approval_flows_update",
    summary="Change an approval flow",
)
async def update_approval_flow(approval_flow_id: str, data: ApprovalFlowUpdate, uow: CanUpdate) -> Any:
    """A new version, for what is submitted from now on; approvals under way keep theirs. Absent keeps, null clears, `nodes` is the complete list."""
    return await ApprovalFlowService(uow).update(approval_flow_id, data.given())


@router.delete(
    "/{approval_flow_id}",
    status_code=204,
    operation_id="approval_flows_delete",
    summary="Delete an approval flow",
)
async def delete_approval_flow(approval_flow_id: str, uow: CanDelete) -> None:
    """Softly: it can be restored. Approvals under way go on."""
    await ApprovalFlowService(uow).delete(approval_flow_id)


@router.post(
    "/{approval_flow_id}/restore",
    response_model=ApprovalFlowRead,
    operation_id="approval_flows_restore",
    summary="Restore an approval flow",
)
async def restore_approval_flow(approval_flow_id: str, uow: CanRestore) -> Any:
    """Undo a deletion."""
    return await ApprovalFlowService(uow).restore(approval_flow_id)
