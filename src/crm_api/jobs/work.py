"""What runs a job: units whose commit is fenced, and what is handed to long jobs and to loops beside the API."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from crm_api.jobs import operations, queue
from crm_api.jobs.queue import Claim
from crm_api.kit.allowed import admit
from crm_api.kit.database import Pool
from crm_api.kit.failpoints import failpoint
from crm_api.kit.principal import Permission, Principal
from crm_api.kit.uow import Origin, UnitOfWork

TOLD_EVERY = 1.0
SUCCESSFUL, FAILED, CANCELED = "successful", "failed", "canceled"


Load = Callable[[], Awaitable[Principal]]


class Fenced(Exception):
    """The job was taken over by another worker; nothing of this run may be written any more."""


class Paused(Exception):
    """The company is suspended: its jobs wait."""


class Actors(Protocol):
    """Who can act without a request; bound to identity by the worker."""

    async def system(self, tenant_id: str, name: str) -> Principal:
        """The principal `system:<name>` of a tenant, with the grants of `roles.py`; Paused while it is suspended."""

    async def person(self, tenant_id: str, principal_id: str) -> Principal:
        """A user or an API key with the rights of this second; Forbidden when they may not act any more."""

    async def tenants(self) -> list[str]:
        """Every company that is not suspended."""


class JobUnit(UnitOfWork):
    """A unit of a job: it commits only while its worker holds the job. `outcome` takes the job off the queue."""

    def __init__(self, pool: Pool, principal: Principal, claim: Claim, *, outcome: str | None = None) -> None:
        super().__init__(pool, principal, origin=Origin(f"job-{claim.id}"))
        self._claim = claim
        self._outcome = outcome

    async def commit(self) -> None:
        await self.flush()
        connection = await self.transaction()
        held = (
            await queue.remove(connection, self._claim, self._outcome)
            if self._outcome
            else await queue.keep(connection, self._claim)
        )
        if not held:
            raise Fenced
        failpoint("job.before_commit")
        await super().commit()
        self._claim.strikes = 0
        failpoint("job.after_commit")


@asynccontextmanager
async def committed(unit: UnitOfWork, permission: Permission | None) -> AsyncIterator[UnitOfWork]:
    """A unit opened with a permission, or none, that commits if all went well."""
    try:
        yield admit(unit, permission) if permission else unit
        await unit.commit()
    finally:
        await unit.close()


class Cancelled(Exception):
    """Whoever asked for the operation wants it to stop; nothing of the present unit is kept."""


class Work:
    """One run of a long job: it opens units, each of which commits alone, and tells how far it is."""

    def __init__(self, pool: Pool, claim: Claim, load: Load, system: Load) -> None:
        self.claim = claim
        self.told: dict[str, Any] | None = None
        self._pool = pool
        self._load = load
        self._system = system
        self._told_at = 0.0

    @asynccontextmanager
    async def unit(self, permission: Permission) -> AsyncIterator[UnitOfWork]:
        """A unit as whoever the job acts for, with the rights they have now; it commits at the end of the block."""
        async with committed(JobUnit(self._pool, await self._load(), self.claim), permission) as uow:
            yield uow

    @asynccontextmanager
    async def own_unit(self, permission: Permission) -> AsyncIterator[UnitOfWork]:
        """A unit as the job itself, with its grants in `roles`: for what must be noted whoever asked for the work."""
        async with committed(JobUnit(self._pool, await self._system(), self.claim), permission) as uow:
            yield uow

    async def progress(self, done: int, total: int | None = None, message_code: str | None = None) -> None:
        """Tell the operation how far the work is, at most once a second; Cancelled when it shall stop.

        Call it between units, as often as you like.
        """
        self.told = {"done": done, "total": total, "message_code": message_code}
        now = time.monotonic()
        if self.claim.operation is None or now - self._told_at < TOLD_EVERY:
            return
        self._told_at = now
        async with committed(UnitOfWork(self._pool, await self._system()), None) as uow:
            unwanted = await operations.tell(uow, self.claim.operation, self.told)
        if unwanted:
            raise Cancelled


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a loop beside the API is given: it runs until `stopping` is set, and is started again when it fails."""

    pool: Pool
    actors: Actors
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def unit(
        self, tenant_id: str, name: str, permission: Permission | None = None
    ) -> AsyncIterator[UnitOfWork]:
        """A unit of one tenant as `system:<name>`; it commits at the end of the block."""
        principal = await self.actors.system(tenant_id, name)
        async with committed(UnitOfWork(self.pool, principal), permission) as uow:
            yield uow

    async def pause(self, seconds: float) -> None:
        """Wait, but no longer than until everything stops."""
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return


@dataclass(frozen=True, slots=True)
class Loop:
    """Something that runs beside the API for as long as the worker does, such as the relay of events."""

    name: str
    run: Callable[[Runtime], Awaitable[Any]]
