"""`/api/v1/saved-views`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.saved_views.resource import saved_views
from crm_api.setup.saved_views.schemas import SavedViewCreate, SavedViewRead, SavedViewUpdate
from crm_api.setup.saved_views.service import SavedViewService

router = APIRouter(prefix="/api/v1/saved-views", tags=["saved-views"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(saved_views.create)]
CanUpdate = Annotated[UnitOfWork, allowed(saved_views.update)]
CanDelete = Annotated[UnitOfWork, allowed(saved_views.delete)]
CanRestore = Annotated[UnitOfWork, allowed(saved_views.restore)]

reads(router, saved_views, SavedViewRead)


@router.post(
    "",
    status_code=201,
    response_model=SavedViewRead,
    operation_id="saved_views_create",
    summary="Create a saved view",
)
async def create_saved_view(data: SavedViewCreate, uow: CanCreate) -> Any:
    """Save a list request under a name, to be asked for with `view=`. It may name only what you may ask for yourself."""
    return await SavedViewService(uow).create(data.given())


@router.patch(
    "/{saved_view_id}",
    response_model=SavedViewRead,
    operation_id="saved_views_update",
    summary="Change a saved view",
)
async def update_saved_view(saved_view_id: str, data: SavedViewUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears; only your own."""
    return await SavedViewService(uow).update(saved_view_id, data.given())


@router.delete(
    "/{saved_view_id}", status_code=204, operation_id="saved_views_delete", summary="Delete a saved view"
)
async def delete_saved_view(saved_view_id: str, uow: CanDelete) -> None:
    """Softly: it disappears from every list and can be restored; only your own."""
    await SavedViewService(uow).delete(saved_view_id)


@router.post(
    "/{saved_view_id}/restore",
    response_model=SavedViewRead,
    operation_id="saved_views_restore",
    summary="Restore a saved view",
)
async def restore_saved_view(saved_view_id: str, uow: CanRestore) -> Any:
    """Undo a deletion; only your own."""
    return await SavedViewService(uow).restore(saved_view_id)
