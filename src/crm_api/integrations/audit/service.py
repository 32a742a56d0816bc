"""Reading the audit trail and the access log, newest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from crm_api.integrations.audit.repository import AuditRepository
from crm_api.integrations.changes.telling import actor_of, seen
from crm_api.kit.cursors import Cursors, Place, bound
from crm_api.kit.errors import bad_parameter
from crm_api.kit.filters import nearest
from crm_api.kit.kinds import Instant
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.registries import RESOURCES
from crm_api.kit.uow import UnitOfWork


class Asked(NamedTuple):
    """The conditions of a list; what is None is not asked for."""

    object_type: str | None
    object_id: str | None
    actor_id: str | None
    since: datetime | None
    until: datetime | None
    type: str | None = None
    kind: str | None = None

    def conditions(self) -> dict[str, Any]:
        """As the statements know them; an unknown type of record is refused."""
        given = {name: getattr(self, name) for name in ("actor_id", "type", "kind")}
        given |= {"record_id": self.object_id, "since": self.since, "until": self.until}
        if self.object_type is not None:
            names = {resource.singular: resource.name for resource in RESOURCES.values()}
            if self.object_type not in names:
                raise bad_parameter("object_type", "unknown_type", hint=nearest(self.object_type, names))
            given["resource"] = names[self.object_type]
        return {name: value for name, value in given.items() if value is not None}


class AuditService:
    """What the unit's principal may know of what everybody did."""

    def __init__(self, uow: UnitOfWork, cursors: Cursors) -> None:
        self.uow = uow
        self._cursors = cursors
        self._repository = AuditRepository(uow)

    async def events(self, asked: Asked, cursor: str | None, limit: int) -> dict[str, Any]:
        """A page of the audit trail."""
        fits = self._fits("audit", asked)
        conditions = asked.conditions()
        if cursor is not None:
            conditions["after"] = self._cursors.read(cursor, fits).values[0]
        rows = await self._repository.events({**conditions, "limit": limit + 1})
        shown = [_event(self.uow.principal, row) for row in rows[:limit]]
        return {"data": shown, "page": self._page(rows, limit, ("position",), fits)}

    async def accesses(self, asked: Asked, cursor: str | None, limit: int) -> dict[str, Any]:
        """A page of the access log."""
        fits = self._fits("access log", asked)
        conditions = asked.conditions()
        if cursor is not None:
            at, entry_id = self._cursors.read(cursor, fits).values
            conditions |= {"after_at": Instant().accept(at), "after_id": entry_id}
        rows = await self._repository.accesses({**conditions, "limit": limit + 1})
        shown = [_access(row) for row in rows[:limit]]
        return {"data": shown, "page": self._page(rows, limit, ("created_at", "id"), fits)}

    def _fits(self, name: str, asked: Asked) -> bytes:
        return bound((self.uow.principal.tenant_id, name, *(str(value) for value in asked)))

    def _page(self, rows: Sequence[Any], limit: int, keys: tuple[str, ...], fits: bytes) -> dict[str, Any]:
        more = len(rows) > limit
        place = Place(False, [rows[limit - 1][key] for key in keys]) if more else None
        return {"next_cursor": self._cursors.write(place, fits) if place else None, "has_more": more}


def _event(principal: Principal, row: Mapping[str, Any]) -> dict[str, Any]:
    resource = RESOURCES.get(row["resource"])
    changes, redacted = row["changes"], []
    if resource is None or principal.reach(resource.read) is not Reach.ALL:
        # who may read the trail, but not these records, learns that they changed, not what was in them
        redacted = sorted(changes)
        changes = {name: {"from": None, "to": None} for name in changes}
    else:
        changes, redacted = seen(principal, resource, changes)
    return {
        "id": row["id"],
        "position": row["position"],
        "type": row["type"],
        "at": row["created_at"],
        "actor": actor_of(row),
        "object": {
            "type": resource.singular if resource else row["resource"],
            "id": row["record_id"],
            "version": row["version"],
        },
        "changes": changes,
        "redacted": redacted,
        **{name: row[name] for name in ("request_id", "ip", "user_agent", "erased")},
    }


def _access(row: Mapping[str, Any]) -> dict[str, Any]:
    resource = RESOURCES.get(row["resource"] or "")
    kept = ("id", "kind", "operation", "count", "details", "request_id", "ip", "user_agent")
    return {
        **{name: row[name] for name in kept},
        "at": row["created_at"],
        "actor": actor_of(row) if row["actor_id"] else None,
        "object_type": resource.singular if resource else row["resource"],
        "object_id": row["record_id"],
    }
