"""`/api/v1/leads`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.owning import Assignment
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes
from crm_api.sales.leads.conversion import ConversionService
from crm_api.sales.leads.resource import ASSIGN, CONTACT, CONVERT, DISCARD, QUALIFY, REOPEN, leads
from crm_api.sales.leads.schemas import (
    LeadConvert,
    LeadCreate,
    LeadCreated,
    LeadDiscard,
    LeadRead,
    LeadUpdate,
)
from crm_api.sales.leads.service import LeadService

router = APIRouter(prefix="/api/v1/leads", tags=["leads"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(leads.create)]
CanUpdate = Annotated[UnitOfWork, allowed(leads.update)]
CanDelete = Annotated[UnitOfWork, allowed(leads.delete)]
CanRestore = Annotated[UnitOfWork, allowed(leads.restore)]
CanAssign = Annotated[UnitOfWork, allowed(ASSIGN)]
CanContact = Annotated[UnitOfWork, allowed(CONTACT)]
CanQualify = Annotated[UnitOfWork, allowed(QUALIFY)]
CanDiscard = Annotated[UnitOfWork, allowed(DISCARD)]
CanReopen = Annotated[UnitOfWork, allowed(REOPEN)]
CanConvert = Annotated[UnitOfWork, allowed(CONVERT)]

reads(router, leads, LeadRead)
writes(router, leads, LeadCreate, LeadUpdate, LeadService, LeadRead, LeadCreated)


@router.post(
    "", status_code=201, response_model=LeadCreated, operation_id="leads_create", summary="Create a lead"
)
async def create_lead(data: LeadCreate, uow: CanCreate) -> Any:
    """It is new. The creator owns it unless an owner is named. An external id that another lead holds is 409.

    `possible_duplicates` names whom it may be already, among those you can see: nothing is refused or merged.
    """
    return await LeadService(uow).create(data.given())


@router.patch("/{lead_id}", response_model=LeadRead, operation_id="leads_update", summary="Change a lead")
async def update_lead(lead_id: str, data: LeadUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears, a list is replaced whole. Another owner needs the right to assign. 409 once it is converted."""
    return await LeadService(uow).update(lead_id, data.given())


@router.delete("/{lead_id}", status_code=204, operation_id="leads_delete", summary="Delete a lead")
async def delete_lead(lead_id: str, uow: CanDelete) -> None:
    """Softly: it can be restored. 409 once it is converted."""
    await LeadService(uow).delete(lead_id)


@router.post(
    "/{lead_id}/restore", response_model=LeadRead, operation_id="leads_restore", summary="Restore a lead"
)
async def restore_lead(lead_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. 409 when another lead has taken its external ids meanwhile."""
    return await LeadService(uow).restore(lead_id)


@router.post(
    "/{lead_id}/assign", response_model=LeadRead, operation_id="leads_assign", summary="Assign a lead"
)
async def assign_lead(lead_id: str, data: Assignment, uow: CanAssign) -> Any:
    """Give it to another user, or to nobody; the team it counts for follows the new owner. 409 once it is converted."""
    return await LeadService(uow).update(lead_id, data.given())


@router.post(
    "/{lead_id}/contact", response_model=LeadRead, operation_id="leads_contact", summary="Contact a lead"
)
async def contact_lead(lead_id: str, uow: CanContact) -> Any:
    """Somebody has talked to them: new becomes contacted; the first time is kept. 409 in any other status."""
    return await LeadService(uow).contact(lead_id)


@router.post(
    "/{lead_id}/qualify", response_model=LeadRead, operation_id="leads_qualify", summary="Qualify a lead"
)
async def qualify_lead(lead_id: str, uow: CanQualify) -> Any:
    """They need what we sell and may buy it: new or contacted becomes qualified. 409 in any other status."""
    return await LeadService(uow).qualify(lead_id)


@router.post(
    "/{lead_id}/discard", response_model=LeadRead, operation_id="leads_discard", summary="Discard a lead"
)
async def discard_lead(lead_id: str, data: LeadDiscard, uow: CanDiscard) -> Any:
    """Give it up, for a reason that is an active code of the data dictionary. 409 when it is discarded or converted."""
    return await LeadService(uow).discard(lead_id, data.given())


@router.post(
    "/{lead_id}/reopen", response_model=LeadRead, operation_id="leads_reopen", summary="Reopen a lead"
)
async def reopen_lead(lead_id: str, uow: CanReopen) -> Any:
    """Take up a discarded one again: it is new, and its reason is cleared. 409 in any other status."""
    return await LeadService(uow).reopen(lead_id)


@router.post(
    "/{lead_id}/convert", response_model=LeadRead, operation_id="leads_convert", summary="Convert a lead"
)
async def convert_lead(lead_id: str, uow: CanConvert, data: LeadConvert | None = None) -> Any:
    """Customer and contact are matched or made, an opportunity begins, notes and attachments go along; all or nothing.

    The answer names them, now and whenever it is asked again. 422 when several customers have its name: name one. What is
    made needs the right to make it (403).
    """
    asked = data or LeadConvert()
    deal = asked.opportunity.given() if asked.opportunity else None
    return await ConversionService(uow).convert(lead_id, {**asked.given(), "opportunity": deal})
