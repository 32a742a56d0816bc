"""`/api/v1/custom-fields`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes
from crm_api.setup.custom_fields.resource import custom_fields
from crm_api.setup.custom_fields.schemas import CustomFieldCreate, CustomFieldRead, CustomFieldUpdate
from crm_api.setup.custom_fields.service import CustomFieldService

router = APIRouter(prefix="/api/v1/custom-fields", tags=["custom-fields"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(custom_fields.create)]
CanUpdate = Annotated[UnitOfWork, allowed(custom_fields.update)]
CanDelete = Annotated[UnitOfWork, allowed(custom_fields.delete)]

reads(router, custom_fields, CustomFieldRead)
writes(router, custom_fields, CustomFieldCreate, CustomFieldUpdate, CustomFieldService, CustomFieldRead)


@router.post(
    "",
    status_code=201,
    response_model=CustomFieldRead,
    operation_id="custom_fields_create",
    summary="Create a custom field",
)
async def create_custom_field(data: CustomFieldCreate, uow: CanCreate) -> Any:
    """A field of the company's own, at most 200 a resource. A key that its resource has already is 409."""
    return await CustomFieldService(uow).create(data.given())


@router.patch(
    "/{custom_field_id}",
    response_model=CustomFieldRead,
    operation_id="custom_fields_update",
    summary="Change a custom field",
)
async def update_custom_field(custom_field_id: str, data: CustomFieldUpdate, uow: CanUpdate) -> Any:
    """Labels, order, options, default, whether it is required or active. An option that records hold cannot go (409)."""
    return await CustomFieldService(uow).update(custom_field_id, data.given())


@router.delete(
    "/{custom_field_id}",
    status_code=204,
    operation_id="custom_fields_delete",
    summary="Delete a custom field",
)
async def delete_custom_field(custom_field_id: str, uow: CanDelete) -> None:
    """For good, when it was a mistake. 409 once a record, deleted ones too, has a value of it: deactivate it then."""
    await CustomFieldService(uow).delete(custom_field_id)
