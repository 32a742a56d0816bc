"""Jobs by name: how one is declared, and how it is asked for inside the transaction that needs it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from crm_api.jobs import queue
from crm_api.kit.failpoints import failpoint
from crm_api.kit.principal import Permission
from crm_api.kit.uow import UnitOfWork

VERSION, PAYLOAD_BYTES = 1, 8_000
Handler = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a job is tried, and how long it waits: twice as long each time, from `first` to `longest`, ± half."""

    attempts: int = 5
    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Job:
    """A named piece of work.

    With a `permission`, `run(uow, args)` is one unit of work, and the job is done in the same commit as its effect:
    each effect once, wherever the process dies. Without one, `run(work, args)` opens as many units as it needs
    (`work.unit(permission)`); each commits alone, and what it has done it must find again when it is started anew.

    It acts as `system:<name>` with the grants of `roles.py`, or, with `for_person`, as whoever asked for it, with the
    rights they have when it runs. `every` is a cron expression in UTC: once a tick for each tenant.
    """

    name: str
    run: Handler
    permission: Permission | None = None
    for_person: bool = False
    every: str | None = None
    retries: Retries = Retries()


JOBS: dict[str, Job] = {}


def job(name: str, permission: Permission, **options: Any) -> Callable[[Handler], Job]:
    """Declare `async def run(uow, args)` as a job: one unit, one commit."""
    return lambda run: Job(name, run, permission, **options)


def long_job(name: str, **options: Any) -> Callable[[Handler], Job]:
    """Declare `async def run(work, args)` as a job of several units; what it returns is its operation's result."""
    return lambda run: Job(name, run, **options)


def bind_jobs(jobs: Iterable[Job]) -> None:
    """Make jobs known by name."""
    JOBS.update({job.name: job for job in jobs})


async def enqueue(
    uow: UnitOfWork,
    name: str,
    args: Mapping[str, Any],
    *,
    operation: str | None = None,
    by: str | None = None,
    dedupe: str | None = None,
    run_after: timedelta | None = None,
    priority: int = 0,
) -> bool:
    """Ask for a job; it exists when this unit commits, and not otherwise. Higher priorities run first.

    `args` are small JSON: ids and options, never records or secrets. False: a job of this tenant with the same `dedupe`
    is waiting or running. It is asked for by the unit's principal, or in the name of `by`.
    """
    assert name in JOBS, f"no job is called {name}"
    tenant = uow.principal.tenant_id
    payload = payload_of(
        tenant, args, by=by or uow.principal.id, operation=operation, language=uow.origin.language
    )
    wanted = queue.Wanted(name, payload, f"{name} {tenant} {dedupe}" if dedupe else None, run_after, priority)
    new = await queue.insert(await uow.transaction(), [wanted]) == 1
    failpoint("job.enqueued")
    return new


def payload_of(
    tenant: str,
    args: Mapping[str, Any],
    *,
    by: str | None = None,
    operation: str | None = None,
    language: str = "en",
) -> bytes:
    """What a job carries: whose it is, who asked for it in which language, and its arguments."""
    carried = {"by": by, "operation": operation, "language": language, "args": dict(args)}
    payload = orjson.dumps({"v": VERSION, "tenant": tenant, **carried})
    if len(payload) > PAYLOAD_BYTES:
        raise ValueError(f"a job carries {len(payload)} bytes, at most {PAYLOAD_BYTES}")
    return payload
