"""`/api/v1/dictionary-types`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes
from crm_api.setup.dictionary_types.resource import dictionary_types
from crm_api.setup.dictionary_types.schemas import (
    DictionaryTypeCreate,
    DictionaryTypeRead,
    DictionaryTypeUpdate,
)
from crm_api.setup.dictionary_types.service import DictionaryTypeService

router = APIRouter(prefix="/api/v1/dictionary-types", tags=["dictionary-types"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(dictionary_types.create)]
CanUpdate = Annotated[UnitOfWork, allowed(dictionary_types.update)]
CanDelete = Annotated[UnitOfWork, allowed(dictionary_types.delete)]

reads(router, dictionary_types, DictionaryTypeRead)
writes(
    router,
    dictionary_types,
    DictionaryTypeCreate,
    DictionaryTypeUpdate,
    DictionaryTypeService,
    DictionaryTypeRead,
)


@router.post(
    "",
    status_code=201,
    response_model=DictionaryTypeRead,
    operation_id="dictionary_types_create",
    summary="Create a dictionary type",
)
async def create_dictionary_type(data: DictionaryTypeCreate, uow: CanCreate) -> Any:
    """A list of the company's own, for custom fields to choose from; a code that exists already is 409."""
    return await DictionaryTypeService(uow).create(data.given())


@router.patch(
    "/{dictionary_type_id}",
    response_model=DictionaryTypeRead,
    operation_id="dictionary_types_update",
    summary="Change a dictionary type",
)
async def update_dictionary_type(dictionary_type_id: str, data: DictionaryTypeUpdate, uow: CanUpdate) -> Any:
    """Rename, close or open a list. Records keep what they hold when it is closed; lists of reasons stay closed (409)."""
    return await DictionaryTypeService(uow).update(dictionary_type_id, data.given())


@router.delete(
    "/{dictionary_type_id}",
    status_code=204,
    operation_id="dictionary_types_delete",
    summary="Delete a dictionary type",
)
async def delete_dictionary_type(dictionary_type_id: str, uow: CanDelete) -> None:
    """For good. 409 while it has items or a custom field chooses from it, and for those that come with the system."""
    await DictionaryTypeService(uow).delete(dictionary_type_id)
