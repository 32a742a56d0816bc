"""Runs jobs: claims, several at a time, and decides what becomes of each."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog

from crm_api.jobs.models import DeadLetter, DeadLetterReason, dead_letters
from crm_api.jobs.port import JOBS, Job, Retries
from crm_api.jobs.queue import UNREACHABLE, Claim, Pool, Queue
from crm_api.jobs.work import FAILED, SUCCESSFUL, Actors, Fenced, JobUnit, Paused, Work, committed
from crm_api.kit.errors import Problem
from crm_api.kit.ids import new_id
from crm_api.kit.observability import place_of
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.repository import Repository

LEASE = timedelta(seconds=10)
STRIKES = 3
AT_ONCE = 4
IDLE_SECONDS, DRAIN_SECONDS = 0.25, 5.0
SUSPENDED = timedelta(hours=1)
SERVER_ERROR = 500
_log = structlog.get_logger("crm_api")


class Runner:
    """One worker. A job it has claimed is its own for `lease` after the last beat; beats come four times as often."""

    def __init__(
        self, pool: Pool, actors: Actors, *, lease: timedelta = LEASE, at_once: int = AT_ONCE
    ) -> None:
        self._pool = pool
        self._actors = actors
        self._lease = lease
        self._at_once = at_once
        self._queue = Queue(pool, UUID(new_id()), lease)
        self._running: dict[asyncio.Task[None], Claim] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set: then nothing more is claimed, what runs may finish, the rest is given back."""
        beating = asyncio.create_task(self._beat())
        try:
            while not stopping.is_set():
                if not await self._claim():
                    await asyncio.sleep(IDLE_SECONDS)
        finally:
            await self._drain()
            beating.cancel()

    async def empty(self) -> None:
        """Run everything that is due, and what that asks for, until nothing is left."""
        while await self._claim() or self._running:
            await asyncio.wait(self._running)

    async def _claim(self) -> bool:
        """Start what is due, as far as there are hands; whether there was any."""
        free = self._at_once - len(self._running)
        if not free or not JOBS:
            return False
        try:
            claims = await self._queue.claim(JOBS, free)
        except UNREACHABLE as error:
            _log.warning("queue_unreachable", exc_info=error)
            return False
        for claim in claims:
            task = asyncio.create_task(self._perform(claim))
            self._running[task] = claim
            task.add_done_callback(self._running.pop)
        return bool(claims)

    async def _beat(self) -> None:
        """Renew the leases; what another worker has taken over is stopped here."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 4)
            running = dict(self._running)
            try:
                lost = await self._queue.beat(list(running.values())) if running else set()
            except UNREACHABLE as error:
                _log.warning("queue_unreachable", exc_info=error)
                continue
            for task, claim in running.items():
                if claim.id in lost:
                    task.cancel()

    async def _drain(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN_SECONDS)
        left = list(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _perform(self, claim: Claim) -> None:
        started = time.perf_counter()
        try:
            outcome = await self._outcome(JOBS[claim.name], claim)
        except UNREACHABLE as error:  # the lease runs out, and the job is started again
            outcome = "unreachable"
            _log.warning("queue_unreachable", exc_info=error)
        _log.info(
            "job",
            job=claim.name,
            id=claim.id,
            tenant=claim.tenant,
            operation=claim.operation,
            attempt=claim.attempts + 1,
            outcome=outcome,
            duration_ms=round((time.perf_counter() - started) * 1000, 2),
        )

    async def _outcome(self, job: Job, claim: Claim) -> str:
        if claim.strikes > STRIKES:
            await self._bury(claim, DeadLetterReason.CRASHED, None)
            return "held"
        try:
            await self._run(job, claim)
        except asyncio.CancelledError:
            await self._queue.release(claim)
            return "released"
        except Fenced:
            return "fenced"
        except Paused:
            await self._queue.again(claim, SUSPENDED)
            return "paused"
        except Exception as error:  # noqa: BLE001  every failure decides what becomes of the job
            return await self._failed(job, claim, error)
        return "done"

    async def _failed(self, job: Job, claim: Claim, error: Exception) -> str:
        """What was refused would be refused again; anything else may go better later."""
        if isinstance(error, Problem) and error.status < SERVER_ERROR:
            await self._bury(claim, DeadLetterReason.REFUSED, {"code": error.code, "status": error.status})
            return "refused"
        _log.error("job_failed", job=claim.name, id=claim.id, tenant=claim.tenant, exc_info=error)
        if claim.attempts + 1 >= job.retries.attempts:
            await self._bury(claim, DeadLetterReason.FAILED, place_of(error))
            return "held"
        await self._queue.again(claim, delay(job.retries, claim.attempts))
        return "failed"

    async def _run(self, job: Job, claim: Claim) -> None:
        if job.permission is not None:
            principal = await self._principal(job, claim)
            unit = JobUnit(self._pool, principal, claim, outcome=SUCCESSFUL)
            async with committed(unit, job.permission) as uow:
                await job.run(uow, claim.args)
            return
        load: Callable[[], Awaitable[Principal]] = partial(self._principal, job, claim)
        await job.run(Work(self._pool, claim, load), claim.args)
        unit = JobUnit(
            self._pool, await self._actors.system(claim.tenant, claim.name), claim, outcome=SUCCESSFUL
        )
        async with committed(unit, None):
            pass

    async def _principal(self, job: Job, claim: Claim) -> Principal:
        if job.for_person and claim.by:
            return await self._actors.person(claim.tenant, claim.by)
        return await self._actors.system(claim.tenant, claim.name)

    async def _bury(self, claim: Claim, reason: DeadLetterReason, error: Mapping[str, Any] | None) -> None:
        """Off the queue, and where the company's administrators see it; one commit."""
        acting = await self._actors.system(claim.tenant, claim.name)
        undertaker = replace(acting, reaches={dead_letters.create: Reach.ALL})
        letter = DeadLetter.new(
            job=claim.name,
            args=dict(claim.args),
            operation_id=claim.operation,
            requested_by=claim.by,
            reason=reason.value,
            error=error,
            starts=claim.starts,
        )
        unit = JobUnit(self._pool, undertaker, claim, outcome=FAILED)
        async with committed(unit, dead_letters.create) as uow:
            await Repository[DeadLetter](uow, dead_letters).add(letter, event="held")


def delay(retries: Retries, attempts: int) -> timedelta:
    """The wait before the next attempt: doubled each time, bounded, different for jobs that failed together."""
    wait: timedelta = min(retries.first * 2**attempts, retries.longest)
    return wait * random.uniform(0.5, 1.5)  # noqa: S311
