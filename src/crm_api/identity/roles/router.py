"""`/api/v1/roles`."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from crm_api.identity.roles import service
from crm_api.identity.roles.resource import READ
from crm_api.identity.roles.schemas import RoleList, RoleRead
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/roles", tags=["roles"], route_class=KitRoute)
RoleKey = Annotated[str, Path(description="Key of the role.", examples=["account_manager"])]
CanRead = Annotated[UnitOfWork, allowed(READ)]


@router.get("", response_model=RoleList, operation_id="roles_list", summary="List roles")
async def list_roles(_: CanRead) -> Any:
    """All of them, with their permissions, how far each goes, and the fields they restrict."""
    return service.list_all()


@router.get("/{role_key}", response_model=RoleRead, operation_id="roles_get", summary="Get a role")
async def get_role(role_key: RoleKey, _: CanRead) -> Any:
    """One role by its key."""
    return service.get(role_key)
