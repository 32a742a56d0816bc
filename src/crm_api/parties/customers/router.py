"""`/api/v1/customers`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.owning import Assignment
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes
from crm_api.parties.customers.resource import ASSIGN, customers
from crm_api.parties.customers.schemas import CustomerCreate, CustomerCreated, CustomerRead, CustomerUpdate
from crm_api.parties.customers.service import CustomerService

router = APIRouter(prefix="/api/v1/customers", tags=["customers"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(customers.create)]
CanUpdate = Annotated[UnitOfWork, allowed(customers.update)]
CanDelete = Annotated[UnitOfWork, allowed(customers.delete)]
CanRestore = Annotated[UnitOfWork, allowed(customers.restore)]
CanAssign = Annotated[UnitOfWork, allowed(ASSIGN)]

reads(router, customers, CustomerRead)
writes(router, customers, CustomerCreate, CustomerUpdate, CustomerService, CustomerRead, CustomerCreated)


@router.post(
    "",
    status_code=201,
    response_model=CustomerCreated,
    operation_id="customers_create",
    summary="Create a customer",
)
async def create_customer(data: CustomerCreate, uow: CanCreate) -> Any:
    """A code, tax id or external id that another customer holds is 409; customers that are merely alike are reported."""
    return await CustomerService(uow).create(data.given())


@router.patch(
    "/{customer_id}",
    response_model=CustomerRead,
    operation_id="customers_update",
    summary="Change a customer",
)
async def update_customer(customer_id: str, data: CustomerUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears, a list is replaced whole. Another owner needs the right to assign."""
    return await CustomerService(uow).update(customer_id, data.given())


@router.delete(
    "/{customer_id}", status_code=204, operation_id="customers_delete", summary="Delete a customer"
)
async def delete_customer(customer_id: str, uow: CanDelete) -> None:
    """Softly: it disappears from every list and can be restored."""
    await CustomerService(uow).delete(customer_id)


@router.post(
    "/{customer_id}/restore",
    response_model=CustomerRead,
    operation_id="customers_restore",
    summary="Restore a customer",
)
async def restore_customer(customer_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. 409 when another customer has taken its code or tax id meanwhile."""
    return await CustomerService(uow).restore(customer_id)


@router.post(
    "/{customer_id}/assign",
    response_model=CustomerRead,
    operation_id="customers_assign",
    summary="Assign a customer",
)
async def assign_customer(customer_id: str, data: Assignment, uow: CanAssign) -> Any:
    """Give it to another user, or to nobody; the team it counts for follows the new owner."""
    return await CustomerService(uow).update(customer_id, data.given())
