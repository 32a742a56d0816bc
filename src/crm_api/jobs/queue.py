"""The queue in the database: pgqueuer's tables and its statements to enqueue and claim.

Everything after the claim is ours and fenced, because pgqueuer's own manager acknowledges, retries and beats by job id
alone: a worker that was stopped past its lease would end the run of its successor. `starts` counts every start and is
the fencing number; `strikes` counts starts since the job last showed progress, and tells a job that kills its worker.
Times are those of the database. Rows hold ids only, and are claimed before a tenant is known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

import asyncpg
import orjson
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel, QueueEntrypoint, QueueManagerId
from pgqueuer.queries import Queries

from crm_api.kit.database import Connection, Pool
from crm_api.kit.failpoints import failpoint

# Named here in full: the library would otherwise take names such as CHANNEL or TRIGGER from the environment.
_NAMES = DBSettings(
    prefix="",
    db_schema="public",
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    trigger="tg_pgqueuer_changed",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    queue_status_type="pgqueuer_status",
    schedules_table="pgqueuer_schedules",
    statistics_table="pgqueuer_statistics",
    durability=Durability.durable,
)
_BUILDERS: dict[str, Any] = {
    "qbe": QueryBuilderEnvironment(_NAMES),
    "qbq": QueryQueueBuilder(_NAMES),
    "qbs": QuerySchedulerBuilder(_NAMES),
}
# The database cannot be asked now: every wait on it is tried again.
UNREACHABLE = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
_OURS = "id = $1 AND queue_manager_id = $2 AND starts = $3 AND status = 'picked'"
_START = f"""
UPDATE pgqueuer SET starts = starts + 1, strikes = strikes + 1, heartbeat = now() WHERE {_OURS} RETURNING id
"""
_KEEP = f"UPDATE pgqueuer SET strikes = 0, heartbeat = now() WHERE {_OURS} RETURNING id"
_REMOVE = f"""
WITH gone AS (DELETE FROM pgqueuer WHERE {_OURS} RETURNING id, entrypoint, priority),
logged AS (
    INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
    SELECT id, $4::pgqueuer_status, entrypoint, priority FROM gone
)
SELECT id FROM gone
"""
_AGAIN = f"""
WITH again AS (
    UPDATE pgqueuer SET status = 'queued', queue_manager_id = NULL, updated = now(), strikes = 0,
        attempts = attempts + 1, execute_after = now() + $4
    WHERE {_OURS} RETURNING id, entrypoint, priority
)
INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
SELECT id, 'exception', entrypoint, priority FROM again
"""
_RELEASE = f"""
UPDATE pgqueuer SET status = 'queued', queue_manager_id = NULL, updated = now(), strikes = $4 WHERE {_OURS}
"""
_BEAT = """
UPDATE pgqueuer SET heartbeat = now()
WHERE id = ANY ($1::bigint[]) AND queue_manager_id = $2 AND status = 'picked' RETURNING id, starts
"""


class Wanted(NamedTuple):
    """A job to be enqueued."""

    name: str
    payload: bytes
    dedupe: str | None = None
    run_after: timedelta | None = None
    priority: int = 0


@dataclass(slots=True)
class Claim:
    """A job that a worker holds, and what proves it. `strikes` are the starts before that showed no progress."""

    id: int
    worker: UUID
    starts: int
    strikes: int
    attempts: int
    name: str
    tenant: str
    by: str | None
    operation: str | None
    language: str
    args: Mapping[str, Any]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Claim":
        """From a row of the queue."""
        given = orjson.loads(row["payload"])
        carried = {name: given[name] for name in ("tenant", "by", "operation", "language", "args")}
        counted = {name: row[name] for name in ("id", "starts", "strikes", "attempts")}
        return cls(worker=row["queue_manager_id"], name=row["entrypoint"], **counted, **carried)

    @property
    def fence(self) -> tuple[int, UUID, int]:
        return (self.id, self.worker, self.starts)


async def insert(connection: Connection, wanted: Sequence[Wanted]) -> int:
    """Enqueue inside the open transaction of a connection; the number of jobs that were not there already."""
    assert connection.is_in_transaction(), "a job is enqueued inside a transaction"
    ids = await Queries(AsyncpgDriver(cast(Any, connection)), **_BUILDERS).enqueue(
        [job.name for job in wanted],
        [job.payload for job in wanted],
        [job.priority for job in wanted],
        [job.run_after for job in wanted],
        [job.dedupe for job in wanted],
        on_conflict="skip",
    )
    return sum(1 for job_id in ids if job_id is not None)


class Queue:
    """The queue as one worker sees it; `lease` is how long a silent worker keeps what it has claimed."""

    def __init__(self, pool: Pool, worker: UUID, lease: timedelta) -> None:
        self._pool = pool
        self._worker = worker
        self._lease = lease

    async def claim(self, names: Iterable[str], at_most: int) -> list[Claim]:
        """Jobs that are due, or whose worker was silent for longer than its lease."""
        known = [QueueEntrypoint(name) for name in names]
        query = _BUILDERS["qbq"].build_dequeue_query(
            batch_size=at_most,
            entrypoints=known,
            concurrency_limits=[0] * len(known),
            queue_manager_id=QueueManagerId(self._worker),
            global_concurrency_limit=None,
            heartbeat_timeout=self._lease,
        )
        claims = [Claim.of(dict(row)) for row in await self._pool.fetch(query.sql, *query.args)]
        failpoint("job.picked")
        return claims

    async def start(self, claim: Claim) -> bool:
        """Count the start before the work; False when another worker has taken the job over."""
        if await self._pool.fetchval(_START, *claim.fence) is None:
            return False
        claim.starts += 1
        failpoint("job.claimed")
        return True

    async def beat(self, claims: Sequence[Claim]) -> set[int]:
        """Renew the lease of what is being worked on; the ids that another worker has taken over meanwhile."""
        rows = await self._pool.fetch(_BEAT, [claim.id for claim in claims], self._worker)
        kept = {(row["id"], row["starts"]) for row in rows}
        return {claim.id for claim in claims if (claim.id, claim.starts) not in kept}

    async def again(self, claim: Claim, delay: timedelta) -> None:
        """It failed in an orderly way: try it again after a while."""
        await self._pool.execute(_AGAIN, *claim.fence, delay)

    async def release(self, claim: Claim) -> None:
        """Give it to whoever asks next, as if it had not been started."""
        await self._pool.execute(_RELEASE, *claim.fence, claim.strikes)


async def keep(connection: Connection, claim: Claim) -> bool:
    """Whether the worker still holds the job; nobody can take it until the commit, and its strikes are forgotten."""
    return await connection.fetchval(_KEEP, *claim.fence) is not None


async def remove(connection: Connection, claim: Claim, outcome: str) -> bool:
    """Take the job off the queue, if the worker still holds it: `successful`, `canceled`, or `failed` for good."""
    return await connection.fetchval(_REMOVE, *claim.fence, outcome) is not None
