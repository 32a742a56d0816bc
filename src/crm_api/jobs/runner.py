"""Runs jobs: claims, several at a time, and decides what becomes of each."""

import asyncio
import random
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog

from crm_api.jobs import operations
from crm_api.jobs.models import DeadLetter, DeadLetterReason, dead_letters
from crm_api.jobs.port import JOBS, Job, Retries
from crm_api.jobs.queue import UNREACHABLE, Claim, Queue
from crm_api.jobs.work import (
    CANCELED,
    FAILED,
    SUCCESSFUL,
    Actors,
    Cancelled,
    Fenced,
    JobUnit,
    Paused,
    Work,
    committed,
)
from crm_api.kit.database import Pool
from crm_api.kit.errors import Problem
from crm_api.kit.ids import new_id
from crm_api.kit.observability import place_of
from crm_api.kit.principal import Permission, Principal, Reach
from crm_api.kit.repository import Repository
from crm_api.kit.uow import UnitOfWork

LEASE = timedelta(seconds=10)
# Starts without a sign of progress, and starts in all: then it is given up.
STRIKES, STARTS = 3, 100
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
        self._suspects: list[Claim] = []

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
        while await self._claim() or self._running or self._suspects:
            if self._running:
                await asyncio.wait(self._running)

    async def _claim(self) -> bool:
        """Start what is due, as far as there are hands; whether there was any.

        A job that was running when its worker died runs alone until it shows progress: if it is the one that kills
        workers, no neighbour is struck with it again.
        """
        if self._suspects and not self._running:
            self._start(self._suspects.pop(0))
            return True
        free = self._at_once - len(self._running)
        if not free or not JOBS or self._suspects or any(claim.strikes for claim in self._running.values()):
            return False
        try:
            claims = await self._queue.claim(JOBS, free)
        except UNREACHABLE as error:
            _log.warning("queue_unreachable", exc_info=error)
            return False
        for claim in claims:
            if claim.strikes:
                self._suspects.append(claim)
            else:
                self._start(claim)
        return bool(claims)

    def _start(self, claim: Claim) -> None:
        task = asyncio.create_task(self._perform(claim))
        self._running[task] = claim
        task.add_done_callback(self._running.pop)

    async def _beat(self) -> None:
        """Renew the leases; what another worker has taken over is stopped here."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 4)
            running = dict(self._running)
            held = [*running.values(), *self._suspects]
            try:
                lost = await self._queue.beat(held) if held else set()
            except UNREACHABLE as error:
                _log.warning("queue_unreachable", exc_info=error)
                continue
            self._suspects = [claim for claim in self._suspects if claim.id not in lost]
            for task, claim in running.items():
                if claim.id in lost:
                    task.cancel()

    async def _drain(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN_SECONDS)
        left = list(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, *map(self._queue.release, self._suspects), return_exceptions=True)

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
        if not await self._queue.start(claim):
            return "fenced"
        if claim.strikes >= STRIKES or claim.starts > STARTS:
            return await self._give_up(claim, DeadLetterReason.CRASHED, None)
        try:
            return await self._run(job, claim)
        except asyncio.CancelledError:
            await self._queue.release(claim)
            return "released"
        except Fenced:
            return "fenced"
        except Paused:
            await self._queue.again(claim, SUSPENDED)
            return "paused"
        except Cancelled:
            return await self._cancelled(claim)
        except Exception as error:  # noqa: BLE001  every failure decides what becomes of the job
            return await self._failed(job, claim, error)

    async def _run(self, job: Job, claim: Claim) -> str:
        system = partial(self._actors.system, claim.tenant, claim.name)
        if claim.operation and not await self._begin(claim):
            return await self._cancelled(claim)
        if job.permission is not None:
            async with self._last(claim, await self._acting(job, claim), job.permission) as uow:
                result = await job.run(uow, claim.args)
                if claim.operation:
                    await operations.succeed(uow, claim.operation, result)
        else:
            work = Work(self._pool, claim, partial(self._acting, job, claim), system)
            result = await job.run(work, claim.args)
            async with self._last(claim, await system()) as uow:
                if claim.operation:
                    await operations.succeed(uow, claim.operation, result, work.told)
        return "done"

    async def _begin(self, claim: Claim) -> bool:
        """Not fenced: it is no sign of progress."""
        acting = await self._actors.system(claim.tenant, claim.name)
        async with committed(UnitOfWork(self._pool, acting), None) as uow:
            return await operations.begin(uow, str(claim.operation))

    async def _cancelled(self, claim: Claim) -> str:
        acting = await self._actors.system(claim.tenant, claim.name)
        async with self._last(claim, acting, outcome=CANCELED) as uow:
            await operations.stop(uow, str(claim.operation))
        return "cancelled"

    async def _failed(self, job: Job, claim: Claim, error: Exception) -> str:
        """What was refused would be refused again; anything else may go better later."""
        if isinstance(error, Problem) and error.status < SERVER_ERROR:
            if claim.operation is None:
                what = {"code": error.code, "status": error.status}
                return await self._give_up(claim, DeadLetterReason.REFUSED, what)
            acting = await self._actors.system(claim.tenant, claim.name)
            async with self._last(claim, acting, outcome=FAILED) as uow:
                await operations.fail(uow, claim.operation, error, claim.language)
            return "refused"
        _log.error("job_failed", job=claim.name, id=claim.id, tenant=claim.tenant, exc_info=error)
        if claim.attempts + 1 >= job.retries.attempts:
            return await self._give_up(claim, DeadLetterReason.FAILED, place_of(error))
        await self._queue.again(claim, delay(job.retries, claim.attempts))
        return "failed"

    def _last(
        self,
        claim: Claim,
        acting: Principal,
        permission: Permission | None = None,
        *,
        outcome: str = SUCCESSFUL,
    ) -> AbstractAsyncContextManager[UnitOfWork]:
        """The unit that takes the job off the queue."""
        return committed(JobUnit(self._pool, acting, claim, outcome=outcome), permission)

    async def _acting(self, job: Job, claim: Claim) -> Principal:
        if job.for_person and claim.by:
            return await self._actors.person(claim.tenant, claim.by)
        return await self._actors.system(claim.tenant, claim.name)

    async def _give_up(self, claim: Claim, reason: DeadLetterReason, error: Mapping[str, Any] | None) -> str:
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
        async with self._last(claim, undertaker, dead_letters.create, outcome=FAILED) as uow:
            await Repository[DeadLetter](uow, dead_letters).add(letter, event="held")
            if claim.operation:
                await operations.hold(uow, claim.operation, claim.language)
        return "held"


def delay(retries: Retries, attempts: int) -> timedelta:
    """The wait before the next attempt: doubled each time, bounded, different for jobs that failed together."""
    wait: timedelta = min(retries.first * 2**attempts, retries.longest)
    return wait * random.uniform(0.5, 1.5)  # noqa: S311
