"""`/api/v1/invoices`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.finance.invoices.issuing import IssuingService
from crm_api.finance.invoices.resource import APPROVE, ASSIGN, DELIVER, ISSUE, RED_LETTER, VOID, invoices
from crm_api.finance.invoices.schemas import (
    InvoiceCreate,
    InvoiceRead,
    InvoiceRedLetter,
    InvoiceUpdate,
    InvoiceVoid,
)
from crm_api.finance.invoices.service import InvoiceService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.owning import Assignment
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes

router = APIRouter(prefix="/api/v1/invoices", tags=["invoices"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(invoices.create)]
CanUpdate = Annotated[UnitOfWork, allowed(invoices.update)]
CanAssign = Annotated[UnitOfWork, allowed(ASSIGN)]
CanApprove = Annotated[UnitOfWork, allowed(APPROVE)]
CanIssue = Annotated[UnitOfWork, allowed(ISSUE)]
CanDeliver = Annotated[UnitOfWork, allowed(DELIVER)]
CanVoid = Annotated[UnitOfWork, allowed(VOID)]
CanRedLetter = Annotated[UnitOfWork, allowed(RED_LETTER)]

reads(router, invoices, InvoiceRead)
writes(router, invoices, InvoiceCreate, InvoiceUpdate, InvoiceService, InvoiceRead)


@router.post(
    "",
    status_code=201,
    response_model=InvoiceRead,
    operation_id="invoices_create",
    summary="Apply for an invoice",
)
async def create_invoice(data: InvoiceCreate, uow: CanCreate) -> Any:
    """Of a contract, an order or neither. 422 when the invoices of the document would come to more than the document."""
    return await InvoiceService(uow).create(data.given())


@router.patch(
    "/{invoice_id}",
    response_model=InvoiceRead,
    operation_id="invoices_update",
    summary="Change an application",
)
async def update_invoice(invoice_id: str, data: InvoiceUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears. 409 once it is approved."""
    return await InvoiceService(uow).update(invoice_id, data.given())


@router.post(
    "/{invoice_id}/assign",
    response_model=InvoiceRead,
    operation_id="invoices_assign",
    summary="Assign an invoice",
)
async def assign_invoice(invoice_id: str, data: Assignment, uow: CanAssign) -> Any:
    """Give it to another user, or to nobody; the team it counts for follows the new owner."""
    return await InvoiceService(uow).update(invoice_id, data.given())


@router.post(
    "/{invoice_id}/approve",
    response_model=InvoiceRead,
    operation_id="invoices_approve",
    summary="Approve an invoice",
)
async def approve_invoice(invoice_id: str, uow: CanApprove) -> Any:
    """It may be issued. 403 `own_application` for whoever applied for it or changed it last."""
    return await IssuingService(uow).approve(invoice_id)


@router.post(
    "/{invoice_id}/issue",
    response_model=InvoiceRead,
    operation_id="invoices_issue",
    summary="Issue an invoice",
)
async def issue_invoice(invoice_id: str, uow: CanIssue) -> Any:
    """It takes the next number of the year and today's rate, and stays as it is from now on. 409 unless it is approved."""
    return await IssuingService(uow).issue(invoice_id)


@router.post(
    "/{invoice_id}/deliver",
    response_model=InvoiceRead,
    operation_id="invoices_deliver",
    summary="Deliver an invoice",
)
async def deliver_invoice(invoice_id: str, uow: CanDeliver) -> Any:
    """The customer has it. 409 unless it is issued."""
    return await IssuingService(uow).deliver(invoice_id)


@router.post(
    "/{invoice_id}/void",
    response_model=InvoiceRead,
    operation_id="invoices_void",
    summary="Void an invoice",
)
async def void_invoice(invoice_id: str, data: InvoiceVoid, uow: CanVoid) -> Any:
    """Withdraw or turn down what was not issued yet. 409 once it is issued: take it back by a red letter."""
    return await IssuingService(uow).void(invoice_id, data.void_reason)


@router.post(
    "/{invoice_id}/red-letter",
    response_model=InvoiceRead,
    operation_id="invoices_red_letter",
    summary="Take back an invoice",
)
async def red_letter_invoice(invoice_id: str, data: InvoiceRedLetter, uow: CanRedLetter) -> Any:
    """Issues the red letter, an invoice with the same amounts below zero (红字发票), which `corrected_by_id` names.

    409 before it is issued, once it is taken back, and for a red letter.
    """
    return await IssuingService(uow).red_letter(invoice_id, data.red_letter_reason)
