"""`/api/v1/approvals`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.workflow.approvals.resource import (
    ADD_SIGNER,
    APPROVE,
    DELEGATE,
    REJECT,
    SEND_BACK,
    WITHDRAW,
    approvals,
)
from crm_api.workflow.approvals.schemas import (
    ApprovalAddSigner,
    ApprovalApprove,
    ApprovalDelegate,
    ApprovalRead,
    ApprovalRefuse,
)
from crm_api.workflow.approvals.service import ApprovalService

router = APIRouter(prefix="/api/v1/approvals", tags=["approvals"], route_class=KitRoute)
CanApprove = Annotated[UnitOfWork, allowed(APPROVE)]
CanReject = Annotated[UnitOfWork, allowed(REJECT)]
CanSendBack = Annotated[UnitOfWork, allowed(SEND_BACK)]
CanWithdraw = Annotated[UnitOfWork, allowed(WITHDRAW)]
CanAddSigner = Annotated[UnitOfWork, allowed(ADD_SIGNER)]
CanDelegate = Annotated[UnitOfWork, allowed(DELEGATE)]

reads(router, approvals, ApprovalRead)


@router.post(
    "/{approval_id}/approve",
    response_model=ApprovalRead,
    operation_id="approvals_approve",
    summary="Approve",
)
async def approve(approval_id: str, uow: CanApprove, data: ApprovalApprove | None = None) -> Any:
    """Say yes. When nobody is left to ask, the record is approved in the same moment. 403 unless you are among the approvers, 409 when it is not your turn or over."""
    return await ApprovalService(uow).approve(approval_id, data.comment if data else None)


@router.post(
    "/{approval_id}/reject",
    response_model=ApprovalRead,
    operation_id="approvals_reject",
    summary="Reject",
)
async def reject(approval_id: str, data: ApprovalRefuse, uow: CanReject) -> Any:
    """Say no, with a reason: it ends at once, and the record is a draft again. 403 and 409 as for approving."""
    return await ApprovalService(uow).reject(approval_id, data.comment)


@router.post(
    "/{approval_id}/send-back",
    response_model=ApprovalRead,
    operation_id="approvals_send_back",
    summary="Send back",
)
async def send_back(approval_id: str, data: ApprovalRefuse, uow: CanSendBack) -> Any:
    """Ask for changes: it ends, and the record can be changed and submitted again. 403 and 409 as for approving."""
    return await ApprovalService(uow).send_back(approval_id, data.comment)


@router.post(
    "/{approval_id}/withdraw",
    response_model=ApprovalRead,
    operation_id="approvals_withdraw",
    summary="Withdraw",
)
async def withdraw(approval_id: str, uow: CanWithdraw) -> Any:
    """Take back what you have submitted (403 for anybody else); the record is a draft again. 409 once it is over."""
    return await ApprovalService(uow).withdraw(approval_id)


@router.post(
    "/{approval_id}/delegate",
    response_model=ApprovalRead,
    operation_id="approvals_delegate",
    summary="Delegate",
)
async def delegate(approval_id: str, data: ApprovalDelegate, uow: CanDelegate) -> Any:
    """Let another user decide in your place; both stand in the steps. Not whoever submitted it, nor somebody who is asked already (422)."""
    return await ApprovalService(uow).delegate(approval_id, data.user_id, data.comment)


@router.post(
    "/{approval_id}/add-signer",
    response_model=ApprovalRead,
    operation_id="approvals_add_signer",
    summary="Add a signer",
)
async def add_signer(approval_id: str, data: ApprovalAddSigner, uow: CanAddSigner) -> Any:
    """Let another user agree before you decide: they are asked now, and you again once they have said yes; their no ends it.

    Not whoever submitted it, nor somebody who is asked already (422). 403 and 409 as for approving.
    """
    return await ApprovalService(uow).add_signer(approval_id, data.user_id)
