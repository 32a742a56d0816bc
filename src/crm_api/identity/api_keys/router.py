"""`/api/v1/api-keys`."""

from typing import Annotated, Any

from fastapi import APIRouter, Request

from crm_api.identity.api_keys.resource import REVOKE, api_keys
from crm_api.identity.api_keys.schemas import ApiKeyCreate, ApiKeyCreated, ApiKeyRead
from crm_api.identity.api_keys.service import ApiKeyService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/api-keys", tags=["api-keys"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(api_keys.create)]
CanRevoke = Annotated[UnitOfWork, allowed(REVOKE)]

reads(router, api_keys, ApiKeyRead)


def _service(request: Request, uow: UnitOfWork) -> ApiKeyService:
    return ApiKeyService(uow, request.app.state.authentication.pepper)


@router.post(
    "",
    status_code=201,
    response_model=ApiKeyCreated,
    operation_id="api_keys_create",
    summary="Create an API key",
)
async def create_api_key(request: Request, data: ApiKeyCreate, uow: CanCreate) -> Any:
    """The integration becomes somebody of its own, who can do what the key allows and nothing else.

    The secret is in this answer only.
    """
    return await _service(request, uow).create(data.given())


@router.post(
    "/{api_key_id}/revoke",
    response_model=ApiKeyRead,
    operation_id="api_keys_revoke",
    summary="Revoke an API key",
)
async def revoke_api_key(request: Request, api_key_id: str, uow: CanRevoke) -> Any:
    """It works no more, within a second and for good. 409 when it was revoked before."""
    return await _service(request, uow).revoke(api_key_id)
