"""Real worker processes on the database of the test, and the ledger of what they did."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest

from crm_api.jobs.port import JOBS, enqueue
from crm_api.kit.principal import Principal
from crm_api.kit.uow import UnitOfWork
from crm_api.roles import SYSTEM
from crm_api.settings import Settings
from tests.factories.companies import Company
from tests.factories.processes import Spawn, spawning
from tests.faults.worker import declare, work

ROOT = Path(__file__).parents[2]
LEASE = 1.0
SECONDS = 40.0
Start = Callable[..., ForkServerProcess]


@pytest.fixture
def jobs() -> Iterator[Callable[[list[str]], None]]:
    """Names the jobs of a test."""
    before, grants = dict(JOBS), dict(SYSTEM)
    yield declare
    JOBS.clear()
    JOBS.update(before)
    SYSTEM.clear()
    SYSTEM.update(grants)


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("CRM_")},
        **settings.worker_environment(),
        "CRM_JOB_LEASE_SECONDS": str(LEASE),
        "CRM_LOG_LEVEL": "error",
        "CRM_POOL_SIZE": "4",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
    }


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """A process of its own; killed at the end if it still runs."""
    with spawning() as run:
        yield run


@pytest.fixture
def start(spawn: Spawn, environment: dict[str, str]) -> Start:
    """A worker that knows some jobs, and the place where it dies."""
    return lambda *names, failpoint="": spawn(work, environment, list(names), failpoint)


class Ledger:
    """What a company's jobs did, and what is left of them."""

    def __init__(self, company: Company) -> None:
        self.company = company

    async def ask(self, job_name: str, **args: Any) -> None:
        unit = UnitOfWork(self.company.served.pool, Principal(self.company.tenant_id, self.company.owner.id))
        try:
            await enqueue(unit, job_name, args)
            await unit.commit()
        finally:
            await unit.close()

    async def effects(self) -> Counter[str]:
        rows = await self.company.rows("principals", kind="system")
        names = [row["name"] for row in rows]
        return Counter(name.removeprefix("effect ") for name in names if name.startswith("effect "))

    async def queue(self) -> list[Any]:
        """What was asked for; a tick that falls into the test asks for more, of every company of the database."""
        asked = "dedupe_key IS NULL OR dedupe_key NOT LIKE '% every'"
        async with self.company.served.pool.acquire() as connection:
            return await connection.fetch(f"SELECT * FROM pgqueuer WHERE {asked} ORDER BY id")

    async def until(self, what: Callable[[], Awaitable[Any]], seconds: float = SECONDS) -> Any:
        """Wait until something is true."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := await what():
                return found
            await asyncio.sleep(0.05)
        pytest.fail(f"still not: {what.__name__}, {await self.queue()}")

    async def empty(self) -> bool:
        return not await self.queue()


@pytest.fixture
async def ledger(company: Company) -> Ledger:
    async with company.served.pool.acquire() as connection:
        await connection.execute("DELETE FROM pgqueuer")
    return Ledger(company)


async def ended(process: ForkServerProcess, seconds: float = SECONDS) -> int | None:
    """The exit code of a process."""
    await asyncio.to_thread(process.join, seconds)
    return process.exitcode
