"""`/api/v1/dictionary-items`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes
from crm_api.setup.dictionaries.resource import dictionary_items
from crm_api.setup.dictionaries.schemas import (
    DictionaryItemCreate,
    DictionaryItemRead,
    DictionaryItemUpdate,
)
from crm_api.setup.dictionaries.service import DictionaryService

router = APIRouter(prefix="/api/v1/dictionary-items", tags=["dictionary-items"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(dictionary_items.create)]
CanUpdate = Annotated[UnitOfWork, allowed(dictionary_items.update)]
CanDelete = Annotated[UnitOfWork, allowed(dictionary_items.delete)]

reads(router, dictionary_items, DictionaryItemRead)
writes(
    router,
    dictionary_items,
    DictionaryItemCreate,
    DictionaryItemUpdate,
    DictionaryService,
    DictionaryItemRead,
)


@router.post(
    "",
    status_code=201,
    response_model=DictionaryItemRead,
    operation_id="dictionary_items_create",
    summary="Create a dictionary item",
)
async def create_dictionary_item(data: DictionaryItemCreate, uow: CanCreate) -> Any:
    """Add a choice to a list; a code that the list holds already is 409."""
    return await DictionaryService(uow).create(data.given())


@router.patch(
    "/{dictionary_item_id}",
    response_model=DictionaryItemRead,
    operation_id="dictionary_items_update",
    summary="Change a dictionary item",
)
async def update_dictionary_item(dictionary_item_id: str, data: DictionaryItemUpdate, uow: CanUpdate) -> Any:
    """Rename, move or deactivate a choice. `other` cannot be deactivated (409)."""
    return await DictionaryService(uow).update(dictionary_item_id, data.given())


@router.post(
    "/{dictionary_item_id}/remove",
    status_code=204,
    operation_id="dictionary_items_remove",
    summary="Remove a dictionary item",
)
async def remove_dictionary_item(dictionary_item_id: str, uow: CanDelete) -> None:
    """For good, when it was a mistake. 409 once a record holds its code or a choice stands below it: deactivate it then."""
    await DictionaryService(uow).delete(dictionary_item_id)
