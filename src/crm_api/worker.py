"""The process that works beside the API: jobs, their schedules, and the loops of `wiring`."""

import asyncio
import gc
import os
import signal
import sys
from datetime import timedelta

import structlog
import uvloop
from sqlalchemy.orm import configure_mappers

from crm_api import wiring
from crm_api.encryption import Cipher
from crm_api.identity.auth.actors import JobActors
from crm_api.identity.auth.principals import Authentication, Principals
from crm_api.integrations.webhooks.delivering import Sender
from crm_api.jobs.runner import Runner
from crm_api.jobs.schedule import run_schedules
from crm_api.jobs.work import Loop, Runtime
from crm_api.kit.database import Pool, open_pool
from crm_api.kit.observability import configure_logging
from crm_api.main import authentication_of, bind_storage
from crm_api.outbound import Allowed, Outbound
from crm_api.roles import system_rights
from crm_api.settings import Settings

# Running jobs may finish within 5 s; after 3 more whatever still does not stop is cancelled.
END_SECONDS = 8.0
LONGEST_WAIT = 30.0
NICE = 5  # beside a server: who waits for an answer comes first
_log = structlog.get_logger("crm_api")


def run_worker(settings: Settings, *, watch_parent: bool = False) -> None:
    """Work until a signal says stop: then nothing more is claimed, what runs may finish, 10 s at most."""
    configure_logging(settings.log_level)
    configure_mappers()
    bind_storage(settings)
    if watch_parent:
        os.nice(NICE)
    # what is there now stays: the collector need not look through it again while rows come and go
    gc.collect()
    gc.freeze()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        loop.run(_main(settings, watch_parent=watch_parent))


async def _main(settings: Settings, *, watch_parent: bool) -> None:
    pool = await open_pool(settings.app_dsn, size=settings.pool_size)
    try:
        runtime = Runtime(pool, actors_of(pool, authentication_of(settings)))
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(ending, runtime.stopping.set)
        if watch_parent:
            _watch_parent(runtime.stopping)
        runner = Runner(pool, runtime.actors, lease=timedelta(seconds=settings.job_lease_seconds))
        async with Outbound(Allowed(settings.outbound_allow)) as outbound:
            sender = Sender(Cipher(settings.secrets.field_keys), outbound, settings.webhooks)
            await work(runtime, runner, Loop("webhook deliveries", sender.run))
    finally:
        pool.terminate()


def actors_of(pool: Pool, authentication: Authentication) -> JobActors:
    """Who acts in jobs and loops."""
    return JobActors(pool, Principals(pool, authentication), system_rights)


async def work(runtime: Runtime, runner: Runner, *others: Loop) -> None:
    """Jobs, schedules and loops, until the runtime is told to stop."""
    loops = (*wiring.LOOPS, *others)
    tasks = [asyncio.create_task(runner.run(runtime.stopping))]
    tasks += [
        asyncio.create_task(keep_running(loop, runtime))
        for loop in (Loop("schedules", run_schedules), *loops)
    ]
    _log.info("worker_started", pid=os.getpid(), loops=[loop.name for loop in loops])
    await runtime.stopping.wait()
    await asyncio.wait(tasks, timeout=END_SECONDS)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    _log.info("worker_stopped", pid=os.getpid())


async def keep_running(loop: Loop, runtime: Runtime) -> None:
    """A loop that fails is started again, after a wait that doubles up to 30 s."""
    wait = 1.0
    while not runtime.stopping.is_set():
        try:
            await loop.run(runtime)
            wait = 1.0
        except Exception as error:  # noqa: BLE001  whatever it was, the loop goes on
            _log.error("loop_failed", loop=loop.name, exc_info=error)
            await runtime.pause(wait)
            wait = min(wait * 2, LONGEST_WAIT)


def _watch_parent(stopping: asyncio.Event) -> None:
    """Stop when the other end of stdin is gone: the kernel closes it however the parent ended."""

    def gone() -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            stopping.set()

    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), gone)


if __name__ == "__main__":
    run_worker(Settings(), watch_parent=True)
