"""Who has looked at what: sign-ins, refusals, exports and reads, in a table that is only ever added to.

What must not be missed is stored before its answer leaves, many requests in one transaction; lists and gets gather for
some seconds, equal ones counted together. What could not be stored is counted, and the count is stored.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from crm_api.identity.access_log.models import AccessEntry, AccessKind
from crm_api.identity.access_log.repository import insert_entry, insert_unknown
from crm_api.kit import clock
from crm_api.kit.bulk import insert_many
from crm_api.kit.events import Log, PendingEvent
from crm_api.kit.ids import new_id
from crm_api.kit.principal import Principal
from crm_api.kit.uow import NOBODY, NOWHERE, Effect, Origin, UnitOfWork

if TYPE_CHECKING:
    from crm_api.kit.database import Pool

GATHER_SECONDS, GATHERED = 5.0, 10_000
REPEATED = timedelta(minutes=1)
# Who comes alone is stored at once; where many come together, a transaction takes what came in this time.
BATCH_SECONDS = 0.01
RELAXED = {AccessKind.READ, AccessKind.SENSITIVE_READ}
_log = structlog.get_logger("crm_api")


@dataclass(slots=True)
class Access:
    """Something to be remembered; `tenant_id` is empty for a sign-in of nobody, whose digest is in `details`."""

    tenant_id: str
    kind: AccessKind
    operation: str
    actor_id: str | None = None
    resource: str | None = None
    record_id: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    origin: Origin = NOWHERE
    count: int = 1
    at: datetime = field(default_factory=clock.now)

    def row(self) -> dict[str, Any]:
        """The entry as it is stored."""
        return {
            "id": new_id(),
            "created_at": self.at,
            "kind": self.kind.value,
            "actor_id": self.actor_id,
            "operation": self.operation,
            "resource": self.resource,
            "record_id": self.record_id,
            "count": self.count,
            "request_id": self.origin.request_id,
            "ip": self.origin.ip,
            "user_agent": self.origin.user_agent,
            "details": self.details,
            "log": Log.ACCESS.value,
        }


class _Batch:
    """Entries that are stored together; whoever adds one waits for all."""

    def __init__(self) -> None:
        self.entries: list[Access] = []
        self.task: asyncio.Task[None] | None = None


class AccessLog:
    """The access log of one process."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._lock = asyncio.Lock()
        self._open = _Batch()
        self._storing: set[asyncio.Task[None]] = set()
        self._next_batch_at = 0.0
        self._gathered: dict[Hashable, Access] = {}
        self._lost: dict[str, int] = {}
        self._told: dict[Hashable, datetime] = {}

    async def now(self, entries: Sequence[Access]) -> None:
        """Store entries; returns when they are committed. What comes while others are being stored goes together."""
        batch = self._open
        batch.entries.extend(entries)
        if batch.task is None:
            batch.task = asyncio.create_task(self._store(batch))
            self._storing.add(batch.task)
            batch.task.add_done_callback(self._ended)
        await asyncio.shield(batch.task)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """Whoever waits is told of a failure; who went away has seen nothing that had to be on record."""
        self._storing.discard(task)
        if not task.cancelled():
            task.exception()

    async def look(self, key: Hashable, make: Callable[[], Access]) -> None:
        """Store what `make` makes; one that repeats what is on record since less than a minute is only counted.

        `key` is what equal looks have in common: everything but the request and its time.
        """
        told = self._told.get(key)
        if told is not None and clock.now() - told < REPEATED:
            self.later(key, make)
            return
        entry = make()
        await self.now([entry])
        if len(self._told) >= GATHERED:
            self._told.clear()
        self._told[key] = entry.at

    def later(self, key: Hashable, make: Callable[[], Access]) -> None:
        """Store an entry within seconds, equal ones as one; beyond 10,000 different ones it is only counted."""
        held = self._gathered.get(key)
        if held is not None:
            held.count += 1
            return
        entry = make()
        if len(self._gathered) < GATHERED:
            self._gathered[key] = entry
        else:
            self._lost[entry.tenant_id] = self._lost.get(entry.tenant_id, 0) + 1

    @asynccontextmanager
    async def gathering(self) -> AsyncIterator[None]:
        """Store what gathers, every few seconds, and what is left at the end."""
        task = asyncio.create_task(self._keep_storing())
        try:
            yield
        finally:
            task.cancel()
            await self._try_flush()
            if self._storing:  # of somebody who went away; the pool is about to close
                await asyncio.wait(self._storing)

    async def _keep_storing(self) -> None:
        while True:
            await asyncio.sleep(GATHER_SECONDS)
            await self._try_flush()

    async def _try_flush(self) -> None:
        try:
            await self.flush()
        except Exception as error:  # noqa: BLE001  counted, and stored as soon as the database answers
            _log.error("access_log_failed", error=type(error).__name__, exc_info=error)

    async def flush(self) -> None:
        """Store what has gathered; what cannot be stored is counted."""
        gathered, self._gathered = self._gathered, {}
        lost, self._lost = self._lost, {}
        told = [Access(tenant, AccessKind.LOST, "access_log", count=count) for tenant, count in lost.items()]
        try:
            if gathered or told:
                await self.now([*gathered.values(), *told])
        except Exception:
            for entry in (*gathered.values(), *told):
                self._lost[entry.tenant_id] = self._lost.get(entry.tenant_id, 0) + entry.count
            raise

    async def _store(self, batch: _Batch) -> None:
        async with self._lock:
            now = asyncio.get_running_loop().time
            await asyncio.sleep(self._next_batch_at - now())
            self._open = _Batch()
            self._next_batch_at = now() + BATCH_SECONDS if len(batch.entries) > 1 else 0.0
            by_tenant: dict[str, list[Access]] = {}
            for entry in batch.entries:
                by_tenant.setdefault(entry.tenant_id, []).append(entry)
            for tenant, entries in by_tenant.items():
                await self._write(tenant, entries)

    async def _write(self, tenant: str, entries: Iterable[Access]) -> None:
        relaxed = all(entry.kind in RELAXED for entry in entries)
        principal = Principal(tenant, tenant, kind="system") if tenant else NOBODY
        unit = UnitOfWork(self._pool, principal, relaxed=relaxed)
        try:
            if tenant:
                rows = [entry.row() for entry in entries]
                await insert_many(unit, {PendingEvent: rows, AccessEntry: rows})
            else:
                rows = [{**entry.row(), **entry.details} for entry in entries]
                await unit.many("unknown sign-ins", insert_unknown, rows)
            await unit.commit()
        finally:
            await unit.close()


def access_of(
    uow: UnitOfWork,
    kind: AccessKind,
    operation: str,
    resource: str | None,
    details: Any,
    record_id: str | None = None,
) -> Access:
    """Something that the principal of a unit does."""
    return Access(
        uow.principal.tenant_id,
        kind,
        operation,
        actor_id=uow.principal.id,
        resource=resource,
        record_id=record_id,
        details=details,
        origin=uow.origin,
    )


def recorded(
    uow: UnitOfWork,
    kind: AccessKind,
    operation: str,
    resource: str | None,
    details: Any,
    record_id: str | None = None,
) -> Effect:
    """An entry that is stored with the unit itself: an export, a download, a sign-in."""
    access = access_of(uow, kind, operation, resource, details, record_id)
    return Effect("access", insert_entry, access.row())
