"""`/api/v1/contacts`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.owning import Assignment
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes
from crm_api.parties.contacts.resource import ASSIGN, contacts
from crm_api.parties.contacts.schemas import ContactCreate, ContactRead, ContactUpdate
from crm_api.parties.contacts.service import ContactService

router = APIRouter(prefix="/api/v1/contacts", tags=["contacts"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(contacts.create)]
CanUpdate = Annotated[UnitOfWork, allowed(contacts.update)]
CanDelete = Annotated[UnitOfWork, allowed(contacts.delete)]
CanRestore = Annotated[UnitOfWork, allowed(contacts.restore)]
CanAssign = Annotated[UnitOfWork, allowed(ASSIGN)]

reads(router, contacts, ContactRead)
writes(router, contacts, ContactCreate, ContactUpdate, ContactService, ContactRead)


@router.post(
    "",
    status_code=201,
    response_model=ContactRead,
    operation_id="contacts_create",
    summary="Create a contact",
)
async def create_contact(data: ContactCreate, uow: CanCreate) -> Any:
    """The creator owns it unless an owner is named. An external id that another contact holds is 409."""
    return await ContactService(uow).create(data.given())


@router.patch(
    "/{contact_id}",
    response_model=ContactRead,
    operation_id="contacts_update",
    summary="Change a contact",
)
async def update_contact(contact_id: str, data: ContactUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears, a list is replaced whole. Another owner needs the right to assign."""
    return await ContactService(uow).update(contact_id, data.given())


@router.delete("/{contact_id}", status_code=204, operation_id="contacts_delete", summary="Delete a contact")
async def delete_contact(contact_id: str, uow: CanDelete) -> None:
    """Softly: it disappears from every list and can be restored."""
    await ContactService(uow).delete(contact_id)


@router.post(
    "/{contact_id}/restore",
    response_model=ContactRead,
    operation_id="contacts_restore",
    summary="Restore a contact",
)
async def restore_contact(contact_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. 409 when another contact has taken its external id meanwhile."""
    return await ContactService(uow).restore(contact_id)


@router.post(
    "/{contact_id}/assign",
    response_model=ContactRead,
    operation_id="contacts_assign",
    summary="Assign a contact",
)
async def assign_contact(contact_id: str, data: Assignment, uow: CanAssign) -> Any:
    """Give it to another user, or to nobody; the team it counts for follows the new owner."""
    return await ContactService(uow).update(contact_id, data.given())
