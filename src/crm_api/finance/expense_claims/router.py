"""`/api/v1/expense-claims`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.finance.expense_claims.resource import PAY, SUBMIT, expense_claims
from crm_api.finance.expense_claims.schemas import (
    ExpenseClaimCreate,
    ExpenseClaimPay,
    ExpenseClaimRead,
    ExpenseClaimUpdate,
)
from crm_api.finance.expense_claims.service import ExpenseClaimService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes

router = APIRouter(prefix="/api/v1/expense-claims", tags=["expense-claims"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(expense_claims.create)]
CanUpdate = Annotated[UnitOfWork, allowed(expense_claims.update)]
CanDelete = Annotated[UnitOfWork, allowed(expense_claims.delete)]
CanRestore = Annotated[UnitOfWork, allowed(expense_claims.restore)]
CanSubmit = Annotated[UnitOfWork, allowed(SUBMIT)]
CanPay = Annotated[UnitOfWork, allowed(PAY)]

reads(router, expense_claims, ExpenseClaimRead)
writes(router, expense_claims, ExpenseClaimCreate, ExpenseClaimUpdate, ExpenseClaimService, ExpenseClaimRead)


@router.post(
    "",
    status_code=201,
    response_model=ExpenseClaimRead,
    operation_id="expense_claims_create",
    summary="Create an expense claim",
)
async def create_expense_claim(data: ExpenseClaimCreate, uow: CanCreate) -> Any:
    """A draft with the next number of the year. The amount is what the lines come to. A receipt that another claim holds is 409. Every change says which version it is meant for (`If-Match`, else 428)."""
    return await ExpenseClaimService(uow).create(data.given())


@router.patch(
    "/{expense_claim_id}",
    response_model=ExpenseClaimRead,
    operation_id="expense_claims_update",
    summary="Change an expense claim",
)
async def update_expense_claim(expense_claim_id: str, data: ExpenseClaimUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears, `lines` is the complete list. 409 while it is decided on and once it is approved."""
    return await ExpenseClaimService(uow).update(expense_claim_id, data.given())


@router.delete(
    "/{expense_claim_id}",
    status_code=204,
    operation_id="expense_claims_delete",
    summary="Delete an expense claim",
)
async def delete_expense_claim(expense_claim_id: str, uow: CanDelete) -> None:
    """Softly: it can be restored, and its number is not given away again. 409 unless it is a draft or rejected."""
    await ExpenseClaimService(uow).delete(expense_claim_id)


@router.post(
    "/{expense_claim_id}/restore",
    response_model=ExpenseClaimRead,
    operation_id="expense_claims_restore",
    summary="Restore an expense claim",
)
async def restore_expense_claim(expense_claim_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. 409 when a receipt of it has been claimed elsewhere meanwhile."""
    return await ExpenseClaimService(uow).restore(expense_claim_id)


@router.post(
    "/{expense_claim_id}/submit",
    response_model=ExpenseClaimRead,
    operation_id="expense_claims_submit",
    summary="Submit an expense claim",
)
async def submit_expense_claim(expense_claim_id: str, uow: CanSubmit) -> Any:
    """Ask for approval by the flow that fits; approved at once when none does. It stays as it is until it is decided. 409 without a line."""
    return await ExpenseClaimService(uow).submit(expense_claim_id)


@router.post(
    "/{expense_claim_id}/pay",
    response_model=ExpenseClaimRead,
    operation_id="expense_claims_pay",
    summary="Pay an expense claim back",
)
async def pay_expense_claim(expense_claim_id: str, data: ExpenseClaimPay, uow: CanPay) -> Any:
    """An approved one has been paid back, once. Nobody pays their own (403)."""
    return await ExpenseClaimService(uow).pay(expense_claim_id, data.given())
