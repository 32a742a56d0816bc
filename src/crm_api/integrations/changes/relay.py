"""The relay: committed events get their place in the feed, and they and the accesses their link of the chain.

A sequence or a transaction id would lose the events of a slow transaction, and of a restored database; here a place is
given only to what is committed, under a lock of the tenant's feed. Any number of relays may run at once.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from crm_api.integrations.changes.chain import GENESIS, forge
from crm_api.integrations.changes.repository import RelayRepository
from crm_api.kit.events import Log
from crm_api.kit.principal import Principal
from crm_api.kit.uow import PublicUnit, UnitOfWork

if TYPE_CHECKING:
    from crm_api.kit.database import Pool

TENANTS_AT_ONCE, EVENTS_AT_ONCE, BATCHES_A_TURN = 500, 500, 20
BUSY_SECONDS, IDLE_SECONDS, QUIET_ROUNDS = 0.2, 1.0, 10
_log = structlog.get_logger("crm_api")


async def run_relay(pool: "Pool", stop: asyncio.Event) -> None:
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


async def relay_once(pool: "Pool") -> int:
    """Serve every tenant whose events wait, a turn each; how many events found their place."""
    relayed, tenants = 0, await _waiting(pool, None)
    while tenants:
        relayed += sum([await relay_tenant(pool, tenant) for tenant in tenants])
        tenants = await _waiting(pool, tenants[-1]) if len(tenants) == TENANTS_AT_ONCE else []
    return relayed


async def _waiting(pool: "Pool", after: str | None) -> list[str]:
    unit = PublicUnit(pool)
    try:
        tenants = await RelayRepository(unit).tenants(after, TENANTS_AT_ONCE)
        await unit.commit()
        return tenants
    finally:
        await unit.close()


async def relay_tenant(pool: "Pool", tenant: str) -> int:
    """Give waiting events of a tenant their places, until none waits, another relay is at it, or the turn is over."""
    relayed = 0
    for _ in range(BATCHES_A_TURN):
        count = await _relay_batch(pool, tenant)
        relayed += count
        if count < EVENTS_AT_ONCE:
            break
    return relayed


async def _relay_batch(pool: "Pool", tenant: str) -> int:
    unit = UnitOfWork(pool, Principal(tenant, tenant, kind="system"))
    try:
        repository = RelayRepository(unit)
        heads = await repository.lock_heads()
        taken = await repository.take(EVENTS_AT_ONCE) if heads else {}
        if heads and taken:
            ends = await repository.last_links(heads)
            links = [
                link for log in taken for link in _chained(tenant, log, taken[log], heads[log], ends.get(log))
            ]
            after = {log: head + len(taken.get(log, ())) for log, head in heads.items()}
            await repository.append(after, taken.get(Log.EVENTS, ()), links)
        await unit.commit()
    finally:
        await unit.close()
    return sum(len(rows) for rows in taken.values())


def _chained(
    tenant: str, log: Log, rows: Sequence[dict[str, Any]], head: int, end: bytes | None
) -> Iterator[dict[str, Any]]:
    """The links of rows that come after the end of their chain."""
    before = end or GENESIS
    for number, row in enumerate(rows, head + 1):
        made = forge(log, number, {**row, "tenant_id": tenant}, before)
        before = made.link
        yield {
            "log": log.value,
            "number": number,
            "entry_id": row["id"],
            "entry_at": row["created_at"],
            "payload_digest": made.payload_digest,
            "digest": made.digest,
            "link": made.link,
        }
