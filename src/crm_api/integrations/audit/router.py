"""`/api/v1/audit` and `/api/v1/access-log`: who did what, and who looked at what."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator

from crm_api.identity.access_log.models import AccessKind
from crm_api.integrations.audit.resource import READ_ACCESS_LOG, READ_AUDIT
from crm_api.integrations.audit.schemas import AccessList, AuditList
from crm_api.integrations.audit.service import Asked, AuditService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.kinds import Whole
from crm_api.kit.listing import DEFAULT_LIMIT, MAX_LIMIT
from crm_api.kit.schemas import Id, Instant
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1", tags=["audit"], route_class=KitRoute)
CanAudit = Annotated[UnitOfWork, allowed(READ_AUDIT)]
CanSeeAccesses = Annotated[UnitOfWork, allowed(READ_ACCESS_LOG)]
ObjectType = Annotated[str | None, Query(description="A resource, in the singular.", examples=["customer"])]
ObjectId = Annotated[Id | None, Query(description="Only of this record.")]
ActorId = Annotated[Id | None, Query(description="Only by this user, API key or job.")]
Since = Annotated[Instant | None, Query(description="At or after this instant.")]
Until = Annotated[Instant | None, Query(description="Before this instant.")]
Type = Annotated[str | None, Query(description="Only of this type.", examples=["customer.updated"])]
Cursor = Annotated[str | None, Query(description="A `next_cursor` of an earlier answer to the same query.")]
Limit = Annotated[
    Annotated[int, BeforeValidator(Whole().read)],
    Query(ge=1, le=MAX_LIMIT, description=f"Entries a page, 1 to {MAX_LIMIT}."),
]


@router.get("/audit", response_model=AuditList, operation_id="audit_list", summary="List the audit trail")
async def list_audit(
    *,
    request: Request,
    uow: CanAudit,
    object_type: ObjectType = None,
    object_id: ObjectId = None,
    actor_id: ActorId = None,
    type_: Annotated[Type, Query(alias="type")] = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Any:
    """Everything that was done to any record: by whom, when, from where, in which request, and what changed.

    Newest first. Values of records that you may not read yourself are withheld; that they changed is not. The trail is
    only ever added to, and chained by hashes: `crm-api audit verify` finds a row that was removed or altered.
    """
    asked = Asked(object_type, object_id, actor_id, since, until, type=type_)
    return await AuditService(uow, request.app.state.edge.cursors).events(asked, cursor, limit)


@router.get(
    "/access-log", response_model=AccessList, operation_id="access_log_list", summary="List the access log"
)
async def list_access_log(
    *,
    request: Request,
    uow: CanSeeAccesses,
    kind: Annotated[AccessKind | None, Query(description="Only of this kind.")] = None,
    object_type: ObjectType = None,
    object_id: ObjectId = None,
    actor_id: ActorId = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Any:
    """Sign-ins, failed ones too, refusals, exports, and who looked at which records. Newest first.

    Looks at sensitive fields are here before their answer arrives; other lists and gets within seconds, equal ones
    counted together.
    """
    asked = Asked(object_type, object_id, actor_id, since, until, kind=kind)
    return await AuditService(uow, request.app.state.edge.cursors).accesses(asked, cursor, limit)
