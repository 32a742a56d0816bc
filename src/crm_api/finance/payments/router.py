"""`/api/v1/payments`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.finance.payments.refunding import RefundingService
from crm_api.finance.payments.resource import ALLOCATE, ASSIGN, REFUND, RELEASE, REVERSE, payments
from crm_api.finance.payments.schemas import (
    PaymentAllocate,
    PaymentCreate,
    PaymentRead,
    PaymentRefund,
    PaymentRelease,
    PaymentReverse,
    PaymentUpdate,
)
from crm_api.finance.payments.service import PaymentService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.owning import Assignment
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes

router = APIRouter(prefix="/api/v1/payments", tags=["payments"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(payments.create)]
CanUpdate = Annotated[UnitOfWork, allowed(payments.update)]
CanAssign = Annotated[UnitOfWork, allowed(ASSIGN)]
CanAllocate = Annotated[UnitOfWork, allowed(ALLOCATE)]
CanRelease = Annotated[UnitOfWork, allowed(RELEASE)]
CanRefund = Annotated[UnitOfWork, allowed(REFUND)]
CanReverse = Annotated[UnitOfWork, allowed(REVERSE)]

reads(router, payments, PaymentRead)
writes(router, payments, PaymentCreate, PaymentUpdate, PaymentService, PaymentRead)


@router.post(
    "",
    status_code=201,
    response_model=PaymentRead,
    operation_id="payments_create",
    summary="Record a payment",
)
async def create_payment(data: PaymentCreate, uow: CanCreate) -> Any:
    """Money that came in, and what it settles. Its worth in the company's currency is frozen by the rate of the day."""
    return await PaymentService(uow).create(data.given())


@router.patch(
    "/{payment_id}",
    response_model=PaymentRead,
    operation_id="payments_update",
    summary="Change a payment",
)
async def update_payment(payment_id: str, data: PaymentUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears. Who paid how much and when stays. 409 once it is reversed."""
    return await PaymentService(uow).update(payment_id, data.given())


@router.post(
    "/{payment_id}/assign",
    response_model=PaymentRead,
    operation_id="payments_assign",
    summary="Assign a payment",
)
async def assign_payment(payment_id: str, data: Assignment, uow: CanAssign) -> Any:
    """Give it to another user, or to nobody; the team it counts for follows the new owner. 409 once it is reversed."""
    return await PaymentService(uow).update(payment_id, data.given())


@router.post(
    "/{payment_id}/allocate",
    response_model=PaymentRead,
    operation_id="payments_allocate",
    summary="Allocate a payment",
)
async def allocate_payment(payment_id: str, data: PaymentAllocate, uow: CanAllocate) -> Any:
    """Let it settle receivables of its customer. 422 when that is more than is left of the payment or of a receivable."""
    return await PaymentService(uow).allocate(payment_id, data.given()["allocations"])


@router.post(
    "/{payment_id}/release",
    response_model=PaymentRead,
    operation_id="payments_release",
    summary="Release an allocation",
)
async def release_payment(payment_id: str, data: PaymentRelease, uow: CanRelease) -> Any:
    """Take an allocation back: the receivable is owed again, the payment has that much to allocate."""
    return await PaymentService(uow).release(payment_id, data.allocation_id)


@router.post(
    "/{payment_id}/refund",
    response_model=PaymentRead,
    operation_id="payments_refund",
    summary="Refund a payment",
)
async def refund_payment(payment_id: str, data: PaymentRefund, uow: CanRefund) -> Any:
    """Pay back some of what came in: the customer's credit or, with `order_id`, what is due for goods that came back.

    With `order_id` it is taken from what this payment settles of the order, is not owed again, and `refund_due` of the
    order falls by it. 422 when that is more than is left of the payment, or than is due.
    """
    return await RefundingService(uow).refund(payment_id, data.given())


@router.post(
    "/{payment_id}/reverse",
    response_model=PaymentRead,
    operation_id="payments_reverse",
    summary="Reverse a payment",
)
async def reverse_payment(payment_id: str, data: PaymentReverse, uow: CanReverse) -> Any:
    """It was a mistake or bounced: its allocations are released, and nothing more happens to it. It stays on record.

    409 once some of it was paid back.
    """
    return await RefundingService(uow).reverse(payment_id, data.reverse_reason)
