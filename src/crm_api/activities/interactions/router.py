"""`/api/v1/interactions`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.activities.interactions.resource import interactions
from crm_api.activities.interactions.schemas import InteractionCreate, InteractionRead, InteractionUpdate
from crm_api.activities.interactions.service import InteractionService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes

router = APIRouter(prefix="/api/v1/interactions", tags=["interactions"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(interactions.create)]
CanUpdate = Annotated[UnitOfWork, allowed(interactions.update)]
CanDelete = Annotated[UnitOfWork, allowed(interactions.delete)]

reads(router, interactions, InteractionRead)
writes(router, interactions, InteractionCreate, InteractionUpdate, InteractionService, InteractionRead)


@router.post(
    "",
    status_code=201,
    response_model=InteractionRead,
    operation_id="interactions_create",
    summary="Record an interaction",
)
async def create_interaction(data: InteractionCreate, uow: CanCreate) -> Any:
    """About a record that you may change. The contact times of that record and of its customer follow at once.

    `last_contact_at` is the latest interaction. `next_contact_at` is the earliest of what the latest interaction says and
    of when open tasks are due. A new lead becomes contacted.
    """
    return await InteractionService(uow).create(data.given())


@router.patch(
    "/{interaction_id}",
    response_model=InteractionRead,
    operation_id="interactions_update",
    summary="Change an interaction",
)
async def update_interaction(interaction_id: str, data: InteractionUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears, `participants` is the complete list. Contact times follow.

    It can be turned to another record that you may change; the times of both follow.
    """
    return await InteractionService(uow).update(interaction_id, data.given())


@router.delete(
    "/{interaction_id}",
    status_code=204,
    operation_id="interactions_delete",
    summary="Delete an interaction",
)
async def delete_interaction(interaction_id: str, uow: CanDelete) -> None:
    """It disappears from every list, and contact times are what the others say."""
    await InteractionService(uow).delete(interaction_id)
