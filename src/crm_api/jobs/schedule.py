"""Schedules: each tick of a cron expression (UTC) once, however many workers look at it."""

from datetime import datetime, timedelta

import structlog
from croniter import croniter

from crm_api.jobs.port import JOBS, Job, payload_of
from crm_api.jobs.queue import UNREACHABLE, Wanted, insert
from crm_api.jobs.work import Actors, Runtime
from crm_api.kit import clock
from crm_api.kit.database import Pool

LOOK_SECONDS = 5.0
BEHIND_PEOPLE = -1  # a tick asks for a job of every tenant at once; what somebody waits for goes first
KEPT = timedelta(days=1)
_TICK = """
INSERT INTO job_ticks AS last (job, tick) VALUES ($1, $2)
ON CONFLICT (job) DO UPDATE SET tick = excluded.tick WHERE last.tick < excluded.tick RETURNING job
"""
_FORGET = "DELETE FROM pgqueuer_log WHERE created < now() - $1::interval"
_log = structlog.get_logger("crm_api")


async def run_schedules(runtime: Runtime) -> None:
    """Ask for what is due. A tick that passed while no worker ran is made up for once, the last of several."""
    while not runtime.stopping.is_set():
        try:
            for job in [job for job in JOBS.values() if job.every]:
                await tick(runtime.pool, runtime.actors, job, clock.now())
            await runtime.pool.execute(_FORGET, KEPT)
        except UNREACHABLE as error:
            _log.warning("queue_unreachable", exc_info=error)
        await runtime.pause(LOOK_SECONDS)


async def tick(pool: Pool, actors: Actors, job: Job, now: datetime) -> bool:
    """Enqueue a scheduled job for every tenant unless its last tick was taken; a run that lasts is not doubled."""
    due: datetime = croniter(job.every, now).get_prev(datetime)
    async with pool.acquire() as connection, connection.transaction():
        if await connection.fetchval(_TICK, job.name, due) is None:
            return False
        wanted = [
            Wanted(job.name, payload_of(tenant, {}), f"{job.name} {tenant} every", priority=BEHIND_PEOPLE)
            for tenant in await actors.tenants()
        ]
        await insert(connection, wanted)
        return True
