"""Worker processes with jobs to be killed in."""

import asyncio
import os
import signal
from collections.abc import Mapping
from typing import Any

from crm_api.identity.tenants.models import PrincipalKind
from crm_api.identity.tenants.repository import TenantRepository
from crm_api.jobs.port import Job, Retries, bind_jobs, enqueue, job, long_job
from crm_api.jobs.work import Work
from crm_api.kit.database import open_pool
from crm_api.kit.failpoints import failpoint
from crm_api.kit.ids import new_id
from crm_api.kit.principal import Permission, Principal, Reach
from crm_api.kit.uow import UnitOfWork
from crm_api.roles import SYSTEM
from crm_api.settings import Settings
from crm_api.worker import run_worker
from tests.factories.processes import arm

ACT = Permission("effects", "make")
CHUNKS = 4


async def effect(uow: UnitOfWork, name: str) -> None:
    await TenantRepository(uow).add_principal(new_id(), PrincipalKind.SYSTEM, f"effect {name}")


async def act(uow: UnitOfWork, args: Mapping[str, Any]) -> None:
    await effect(uow, args["name"])
    failpoint("test.effect")


async def pieces(work: Work, args: Mapping[str, Any]) -> dict[str, int]:
    """Four pieces, each with its own effect; where it was is found in the database."""
    async with work.unit(ACT) as uow:
        connection = await uow.transaction()
        done = await connection.fetchval(
            "SELECT count(*) FROM principals WHERE name LIKE $1", f"effect {args['name']}/%"
        )
    for piece in range(done, CHUNKS):
        async with work.unit(ACT) as uow:
            await effect(uow, f"{args['name']}/{piece}")
            failpoint("test.effect")
    return {"pieces": CHUNKS}


async def share(uow: UnitOfWork, args: Mapping[str, Any]) -> None:
    await asyncio.sleep(0.05)
    await effect(uow, f"{args['name']} by {os.getpid()}")


async def poison(uow: UnitOfWork, args: Mapping[str, Any]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def slow(uow: UnitOfWork, args: Mapping[str, Any]) -> None:
    """Its effect, then as many seconds as it is told."""
    await effect(uow, args["name"])
    await asyncio.sleep(args["seconds"])


def declared(name: str) -> Job:
    """`act.x` and `act.y` are two jobs that do the same."""
    kind = name.partition(".")[0]
    if kind == "pieces":
        return long_job(name)(pieces)
    run = {"act": act, "share": share, "poison": poison, "slow": slow}[kind]
    return job(name, ACT, retries=Retries(attempts=3))(run)


def declare(names: list[str]) -> None:
    bind_jobs([declared(name) for name in names])
    SYSTEM.update({name: {"effects:make": Reach.ALL} for name in names})


def work(environment: Mapping[str, str], names: list[str], failpoint: str) -> None:
    """What a worker process does: it knows some jobs, and dies where it is told."""
    arm({**environment, "CRM_FAILPOINT": failpoint})
    declare(names)
    run_worker(Settings(_env_file=None))


def ask(environment: Mapping[str, str], tenant: str, principal: str, failpoint: str) -> None:
    """A process that asks for a job, and dies where it is told."""
    arm({**environment, "CRM_FAILPOINT": failpoint})
    declare(["act.asked"])
    asyncio.run(_ask(Principal(tenant, principal)))


async def _ask(principal: Principal) -> None:
    pool = await open_pool(Settings(_env_file=None).app_dsn, size=1)
    unit = UnitOfWork(pool, principal)
    await enqueue(unit, "act.asked", {"name": "never"})
    await unit.commit()
    pool.terminate()
