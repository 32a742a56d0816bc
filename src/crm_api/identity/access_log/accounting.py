"""What a request leaves in the access log: refusals, failed sign-ins, and which records it showed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from crm_api.identity.access_log.log import Access, AccessLog
from crm_api.identity.access_log.models import AccessKind
from crm_api.kit.errors import Forbidden, Problem
from crm_api.kit.principal import Principal
from crm_api.kit.requests import origin_of
from crm_api.kit.resource import Resource
from crm_api.kit.uow import UnitOfWork

if TYPE_CHECKING:
    from starlette.requests import Request

    from crm_api.kit.http import KitRoute

QUERY_LIMIT = 1000
_log = structlog.get_logger("crm_api")


class Accounting:
    """What the edge tells the access log of each request."""

    def __init__(self, log: AccessLog) -> None:
        self.log = log

    async def reading(self, request: "Request", route: "KitRoute", unit: UnitOfWork, result: Any) -> None:
        """Records that were shown: with sensitive fields before they leave, others within seconds."""
        log = self.log
        if route.shows is None or not isinstance(result, dict):
            return
        entry = _look(request, route, route.shows, unit, result)
        if entry.kind is AccessKind.SENSITIVE_READ:
            await log.now([entry])
        else:
            log.later(entry)

    async def refusal(
        self,
        request: "Request",
        route: "KitRoute",
        principal: Principal | None,
        request_id: str,
        problem: Problem,
    ) -> None:
        """A refusal by right, and what the unit noted of a sign-in; one that cannot be stored is no less a refusal."""
        edge = request.app.state.edge
        unit: UnitOfWork | None = request.scope.get("crm.unit")
        entries: list[Access] = list(unit.noted) if unit else []
        if principal and problem.status == Forbidden.status:
            origin = origin_of(request, request_id, edge.trusted_proxies)
            record = request.scope.get("path_params", {}).get(route.record or "")
            entries.append(
                Access(
                    principal.tenant_id,
                    AccessKind.DENIED,
                    str(route.operation_id),
                    actor_id=principal.id,
                    resource=route.permission.resource if route.permission else None,
                    details={"record": str(record)[:63]} if record else {},
                    origin=origin,
                )
            )
        if entries:
            try:
                await self.log.now(entries)
            except Exception as error:  # noqa: BLE001  it is refused all the same
                _log.error("access_log_failed", request_id=request_id, exc_info=error)


def _look(
    request: "Request", route: "KitRoute", resource: Resource, unit: UnitOfWork, result: Mapping[str, Any]
) -> Access:
    records: Sequence[Mapping[str, Any]] = result["data"] if "page" in result else [result]
    fields = [name for name in resource.sensitive if records and _shown(records[0], name)]
    single = None if "page" in result else str(result["id"])
    details: dict[str, Any] = {"records": len(records)} | ({"fields": fields} if fields else {})
    query = request.scope["query_string"][:QUERY_LIMIT].decode("ascii", "replace")
    return Access(
        unit.principal.tenant_id,
        AccessKind.SENSITIVE_READ if fields else AccessKind.READ,
        str(route.operation_id),
        actor_id=unit.principal.id,
        resource=resource.name,
        record_id=single,
        details=details | ({"query": query} if query else {}),
        origin=unit.origin,
    )


def _shown(record: Mapping[str, Any], name: str) -> bool:
    return name in record and name not in record.get("redacted", ())
