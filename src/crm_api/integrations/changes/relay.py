"""The relay: committed events get their place in the feed.

A sequence or a transaction id would lose the events of a slow transaction, and of a restored database; here a place is
given only to what is committed, under a lock of the tenant's feed. Any number of relays may run at once.
"""

import asyncio
from typing import TYPE_CHECKING

import structlog

from crm_api.integrations.changes.repository import RelayRepository
from crm_api.kit.principal import Principal
from crm_api.kit.uow import PublicUnit, UnitOfWork

if TYPE_CHECKING:
    import asyncpg

TENANTS_AT_ONCE, EVENTS_AT_ONCE = 500, 500
BUSY_SECONDS, IDLE_SECONDS, QUIET_ROUNDS = 0.2, 1.0, 10
_log = structlog.get_logger("crm_api")


async def run_relay(pool: "asyncpg.Pool[asyncpg.Record]", stop: asyncio.Event) -> None:
    """Relay until `stop` is set: soon after a find, at leisure when nothing happens; outlives a failing database."""
    quiet = QUIET_ROUNDS
    while not stop.is_set():
        try:
            quiet = 0 if await relay_once(pool) else quiet + 1
        except Exception as error:  # noqa: BLE001  nothing that goes wrong once may end the feed
            _log.error("relay_failed", error=type(error).__name__, exc_info=error)
            quiet = QUIET_ROUNDS
        try:
            await asyncio.wait_for(stop.wait(), BUSY_SECONDS if quiet < QUIET_ROUNDS else IDLE_SECONDS)
        except TimeoutError:
            continue


async def relay_once(pool: "asyncpg.Pool[asyncpg.Record]") -> int:
    """Empty the waiting room of every tenant; how many events found their place."""
    unit = PublicUnit(pool)
    try:
        tenants = await RelayRepository(unit).tenants(TENANTS_AT_ONCE)
        await unit.commit()
    finally:
        await unit.close()
    return sum([await relay_tenant(pool, tenant) for tenant in tenants])


async def relay_tenant(pool: "asyncpg.Pool[asyncpg.Record]", tenant: str) -> int:
    """Give the waiting events of a tenant their places, batch by batch, until none waits or another relay is at it."""
    relayed = 0
    while count := await _relay_batch(pool, tenant):
        relayed += count
        if count < EVENTS_AT_ONCE:
            break
    return relayed


async def _relay_batch(pool: "asyncpg.Pool[asyncpg.Record]", tenant: str) -> int:
    unit = UnitOfWork(pool, Principal(tenant, tenant, kind="system"))
    try:
        repository = RelayRepository(unit)
        head = await repository.lock_head()
        events = [] if head is None else await repository.take(EVENTS_AT_ONCE)
        if head is not None and events:
            await repository.append(head, events)
        await unit.commit()
    finally:
        await unit.close()
    return len(events)
