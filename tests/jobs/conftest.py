"""Jobs of tests. Their effect is an actor added to the company: one row for each time it happened."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from crm_api.identity.tenants.models import PrincipalKind
from crm_api.identity.tenants.repository import TenantRepository
from crm_api.jobs.port import JOBS, Job, bind_jobs, enqueue, job
from crm_api.jobs.runner import Runner
from crm_api.jobs.work import Runtime
from crm_api.kit.ids import new_id
from crm_api.kit.principal import Permission, Principal, Reach
from crm_api.kit.uow import UnitOfWork
from crm_api.roles import SYSTEM
from crm_api.worker import actors_of
from tests.factories.companies import Company, Served

ACT = Permission("effects", "make")


async def effect(uow: UnitOfWork, name: str) -> None:
    """Something that happened."""
    await TenantRepository(uow).add_principal(new_id(), PrincipalKind.SYSTEM, f"effect {name}")


async def effects(company: Company) -> list[str]:
    """What happened, each as often as it did."""
    rows = await company.rows("principals", kind="system")
    return sorted(row["name"].removeprefix("effect ") for row in rows if row["name"].startswith("effect "))


async def _act(uow: UnitOfWork, args: Mapping[str, Any]) -> None:
    await effect(uow, args["name"])


@pytest.fixture(autouse=True)
def declared() -> Iterator[Callable[[Job], Job]]:
    """Declare a job for one test; `tests.act` is there already."""
    jobs, grants = dict(JOBS), dict(SYSTEM)

    def declare(made: Job) -> Job:
        bind_jobs([made])
        SYSTEM[made.name] = {"effects:make": Reach.ALL}
        return made

    declare(job("tests.act", ACT)(_act))
    yield declare
    JOBS.clear()
    JOBS.update(jobs)
    SYSTEM.clear()
    SYSTEM.update(grants)


@pytest.fixture
def runtime(served: Served) -> Runtime:
    return Runtime(served.pool, actors_of(served.pool, served.app.state.authentication))


@pytest.fixture
async def runner(runtime: Runtime) -> AsyncIterator[Runner]:
    """A worker in this process: `await runner.empty()` runs whatever is due."""
    async with runtime.pool.acquire() as connection:
        await connection.execute("DELETE FROM pgqueuer")
    return Runner(runtime.pool, runtime.actors, lease=timedelta(seconds=2))


@pytest.fixture
def ask(company: Company) -> Callable[..., Awaitable[bool]]:
    """`await ask("tests.act", name="x")`: enqueue as the owner of the company, committed."""

    async def enqueued(job_name: str, *, options: Mapping[str, Any] | None = None, **args: Any) -> bool:
        unit = UnitOfWork(company.served.pool, Principal(company.tenant_id, company.owner.id))
        try:
            found = await enqueue(unit, job_name, args, **(options or {}))
            await unit.commit()
        finally:
            await unit.close()
        return found

    return enqueued
