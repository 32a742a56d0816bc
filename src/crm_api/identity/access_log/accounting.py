"""What a request leaves in the access log: refusals, failed sign-ins, and which records it showed."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import structlog

from crm_api.identity.access_log.log import Access, AccessLog
from crm_api.identity.access_log.models import AccessKind
from crm_api.kit.answers import Answer
from crm_api.kit.errors import Forbidden, Problem
from crm_api.kit.principal import Principal
from crm_api.kit.registries import RESOURCES
from crm_api.kit.relations import relations
from crm_api.kit.requests import origin_of
from crm_api.kit.resource import Resource
from crm_api.kit.row_json import Written
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

    async def look(self, request: "Request", route: "KitRoute", unit: UnitOfWork, result: Any) -> None:
        """Records that were shown: with sensitive fields before they leave, others within seconds."""
        content = result.content if isinstance(result, Answer) else result
        resource = route.shows or _resource(route)
        if not isinstance(content, dict) or not (resource or unit.shown):
            return
        is_page = "page" in content
        records = content["data"] if is_page else [content]
        record_id = None if is_page else _record(request, route)
        fields, count = _seen(unit, resource, records)
        principal, origin, query = unit.principal, unit.origin, _query(request)
        who = (principal.tenant_id, principal.id, origin.ip, origin.user_agent)
        key = (*who, route.operation_id, record_id, query, count, *fields)
        entry = partial(_look, route, unit, record_id, fields, count, query)
        if fields:
            await self.log.look(key, entry)
        elif route.shows:
            self.log.later(key, entry)

    async def refusal(
        self,
        request: "Request",
        route: "KitRoute",
        principal: Principal | None,
        request_id: str,
        problem: Problem,
    ) -> None:
        """A refusal by right, and what the unit noted of a sign-in; one that cannot be stored is no less a refusal."""
        unit: UnitOfWork | None = request.scope.get("crm.unit")
        entries: list[Access] = list(unit.noted) if unit else []
        if unit and unit.shown:
            entries.append(_look(route, unit, _record(request, route), *_seen(unit), _query(request)))
        if principal and problem.status == Forbidden.status:
            entries.append(_denied(request, route, principal, request_id))
        if entries:
            try:
                await self.log.now(entries)
            except Exception as error:  # noqa: BLE001  it is refused all the same, and shows nothing
                problem.extra = {}
                _log.error("access_log_failed", request_id=request_id, exc_info=error)


def _resource(route: "KitRoute") -> Resource | None:
    return RESOURCES.get(route.permission.resource) if route.permission else None


def _record(request: "Request", route: "KitRoute") -> str | None:
    found: str | None = request.scope["path_params"].get(route.record) if route.record else None
    return found


def _query(request: "Request") -> bytes:
    """As much of it as is kept."""
    found: bytes = request.scope["query_string"][:QUERY_LIMIT]
    return found


def _denied(request: "Request", route: "KitRoute", principal: Principal, request_id: str) -> Access:
    record = _record(request, route)
    return Access(
        principal.tenant_id,
        AccessKind.DENIED,
        str(route.operation_id),
        actor_id=principal.id,
        resource=route.permission.resource if route.permission else None,
        details={"record": str(record)[:63]} if record else {},
        origin=origin_of(request, request_id, request.app.state.edge.trusted_proxies),
    )


def _seen(
    unit: UnitOfWork, resource: Resource | None = None, records: Sequence[Mapping[str, Any]] = ()
) -> tuple[list[str], int]:
    """The sensitive fields, and the number, of the records that were asked for and those shown besides."""
    fields, count = (_sensitive(resource, records), len(records)) if resource else (frozenset[str](), 0)
    for other, record in unit.shown:
        fields |= _sensitive(other, [record])
        count += 1
    return sorted(fields), count


def _look(
    route: "KitRoute", unit: UnitOfWork, record_id: str | None, fields: list[str], count: int, query: bytes
) -> Access:
    details: dict[str, Any] = {"records": count}
    if fields:
        details["fields"] = fields
    if query:
        details["query"] = query.decode("ascii", "replace")
    return Access(
        unit.principal.tenant_id,
        AccessKind.SENSITIVE_READ if fields else AccessKind.READ,
        str(route.operation_id),
        actor_id=unit.principal.id,
        resource=route.permission.resource if route.permission else None,
        record_id=record_id,
        details=details,
        origin=unit.origin,
    )


def _sensitive(resource: Resource, records: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """What records of one shape show of themselves, and of neighbours that were asked for with them."""
    if not records:
        return frozenset()
    if isinstance(records, Written):
        return frozenset(resource.sensitive)
    found, near = _among(resource, tuple(records[0]))
    if records[0].get("redacted"):
        found -= set.intersection(*(set(record.get("redacted") or ()) for record in records))
    for name in near:
        neighbours = [record[name] for record in records if record[name]]
        shown = _sensitive(relations(resource)[name].target, neighbours)
        found |= {f"{name}.{field}" for field in shown}
    return found


@lru_cache(maxsize=1024)  # there are not many shapes of records
def _among(resource: Resource, shown: tuple[str, ...]) -> tuple[frozenset[str], list[str]]:
    """The sensitive fields, and the neighbours, among those that are shown."""
    return frozenset(resource.sensitive).intersection(shown), [
        name for name in relations(resource) if name in shown
    ]
