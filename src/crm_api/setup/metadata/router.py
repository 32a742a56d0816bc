"""`/api/v1/metadata`."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from crm_api.kit.allowed import signed_in
from crm_api.kit.http import KitRoute
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.metadata import service
from crm_api.setup.metadata.schemas import ObjectList, ObjectRead

router = APIRouter(prefix="/api/v1/metadata", tags=["metadata"], route_class=KitRoute)
ObjectType = Annotated[
    str, Path(description="Type of the object, in the plural or the singular.", examples=["customers"])
]
Anybody = Annotated[UnitOfWork, signed_in()]


@router.get(
    "/objects",
    response_model=ObjectList,
    operation_id="metadata_objects_list",
    summary="List types of objects",
)
async def list_objects(uow: Anybody) -> Any:
    """Those that you may read."""
    return service.list_all(uow)


@router.get(
    "/objects/{object_type}",
    response_model=ObjectRead,
    operation_id="metadata_objects_get",
    summary="Describe a type of object",
)
async def get_object(object_type: ObjectType, uow: Anybody) -> Any:
    """Its fields, standard and custom, with types, labels, choices and operators, and what you may do. 404 when you may not read it."""
    return await service.get(uow, object_type)
