"""One connection, two tenants in turn, errors, rollbacks, time-outs and cancellations at random moments.

Every unit looks at the table as a defective statement would, without a tenant predicate, so that the policies alone
decide; after every unit the connection is looked at without a tenant.
"""

import asyncio
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from crm_api.kit.database import open_pool, opening
from crm_api.kit.principal import Principal
from crm_api.kit.uow import UnitOfWork
from tests.database import Databases
from tests.factories.companies import Company

TRANSACTIONS, SECONDS = 10_000, 300  # in a busy suite; alone it takes about half a minute
SEEN = "SELECT DISTINCT tenant_id::text FROM customers"
STATE = "SELECT pg_backend_pid(), current_setting('app.tenant_id', true), (SELECT count(*) FROM customers)"
ENDINGS = ("commit", "close", "error", "statement timeout", "client timeout", *(["cancel"] * 3))
type_pool = "asyncpg.Pool[asyncpg.Record]"


@dataclass
class Findings:
    """What went wrong, and what happened how often."""

    foreign: list[str] = field(default_factory=list)
    left_open: list[str] = field(default_factory=list)
    backends: set[int] = field(default_factory=set)
    ended: Counter[str] = field(default_factory=Counter)

    @property
    def clean(self) -> bool:
        return not self.foreign and not self.left_open


async def torture(
    pool: Any, tenants: tuple[str, str], count: int, seed: int, make: Callable[[Any, Principal], UnitOfWork]
) -> Findings:
    """Run `count` units in turn; stops at the first finding."""
    chance, findings = random.Random(seed), Findings()
    for number in range(count):
        tenant = tenants[number % 2]
        ending = chance.choice(ENDINGS)
        await _one(make(pool, Principal(tenant, tenant)), ending, chance, findings)
        async with pool.acquire() as connection:
            if connection.is_in_transaction():
                findings.left_open.append(f"{number} {ending}: still in a transaction")
                break
            backend, setting, visible = await connection.fetchrow(STATE)
        findings.backends.add(backend)
        if setting or visible:
            findings.left_open.append(f"{number} {ending}: {setting=} {visible=}")
        if not findings.clean:
            break
    return findings


async def _one(unit: UnitOfWork, ending: str, chance: random.Random, findings: Findings) -> None:
    task = asyncio.create_task(_work(unit, ending, findings))
    if ending == "cancel":
        await _a_random_moment(chance)
        task.cancel()
        if chance.random() < 0.2:  # and once more, while it cleans up
            await _a_random_moment(chance)
            task.cancel()
    try:
        await task
        findings.ended[f"{ending}, done"] += 1
    except (asyncpg.PostgresError, TimeoutError) as error:
        findings.ended[f"{ending}, {type(error).__name__}"] += 1
    except asyncio.CancelledError:
        findings.ended[f"{ending}, cancelled"] += 1


async def _a_random_moment(chance: random.Random) -> None:
    """Between two steps of the event loop, or up to a millisecond and a half later."""
    if chance.random() < 0.5:
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0)
    else:
        await asyncio.sleep(chance.random() * 0.0015)


async def _work(unit: UnitOfWork, ending: str, findings: Findings) -> None:
    tenant = unit.principal.tenant_id
    try:
        connection = await unit._open()
        findings.foreign += [row[0] for row in await connection.fetch(SEEN) if row[0] != tenant]
        if ending == "error":
            await connection.execute("SELECT 1 / 0")
        elif ending == "statement timeout":
            await connection.execute("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)")
        elif ending == "client timeout":
            await connection.fetch("SELECT pg_sleep(1)", timeout=0.0005)
        if ending != "close":
            await unit.commit()
    finally:
        await unit.close()


@pytest.fixture
async def one_connection(databases: Databases) -> AsyncIterator[Any]:
    pool = await open_pool(databases.app_dsn, size=1)
    yield pool
    await pool.close()


@pytest.fixture
async def tenants(company: Company, other_company: Company) -> tuple[str, str]:
    """Two tenants with a customer each."""
    for one in (company, other_company):
        await one.owner.create("/customers", name="Theirs alone")
    return company.tenant_id, other_company.tenant_id


async def test_one_connection_never_shows_a_row_of_the_tenant_before(
    one_connection: Any, tenants: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    seed, started = secrets.randbits(32), time.perf_counter()

    async with asyncio.timeout(SECONDS):
        findings = await torture(one_connection, tenants, TRANSACTIONS, seed, UnitOfWork)

    seconds = time.perf_counter() - started
    with capsys.disabled():
        sys.stdout.write(f"\n{TRANSACTIONS} transactions, {seed=}, {seconds:.1f} s, {dict(findings.ended)}\n")
    assert findings.clean, (seed, findings)
    assert len(findings.backends) == 1, (seed, findings.backends)
    assert sum(findings.ended.values()) == TRANSACTIONS
    assert (
        min(findings.ended[key] for key in ("commit, done", "close, done", "error, DivisionByZeroError"))
        > 500
    )
    assert findings.ended["cancel, cancelled"] > 1000, findings.ended


class Forgetful:
    """A pool of one connection whose release does not end the transaction."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def get_idle_size(self) -> int:
        return 1

    def acquire(self, timeout: float | None = None) -> Any:
        return _Lent(self._connection)

    async def release(self, connection: Any) -> None:
        return

    async def give_back(self, connection: Any) -> None:
        return


class _Lent:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __await__(self) -> Any:
        return self.__aenter__().__await__()

    async def __aenter__(self) -> Any:
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        return


class Careless(UnitOfWork):
    """A unit that leaves the rollback to the pool."""

    async def close(self) -> None:
        self._connection = None


async def test_a_pool_that_forgets_the_rollback_is_found(
    databases: Databases, tenants: tuple[str, str]
) -> None:
    connection = await asyncpg.connect(databases.app_dsn)

    findings = await torture(Forgetful(connection), tenants, 50, 1, Careless)

    await connection.close(timeout=5)
    assert findings.left_open


async def test_a_tenant_set_for_the_session_is_found(databases: Databases, tenants: tuple[str, str]) -> None:
    """SET instead of SET LOCAL outlives the transaction."""

    class ForTheSession(UnitOfWork):
        async def _open(self) -> Any:
            connection = self._connection = await self._pool.acquire(timeout=5)
            await connection.execute(opening(self.principal.tenant_id).replace("SET LOCAL", "SET"))
            return connection

    pool = await open_pool(databases.app_dsn, size=1)

    findings = await torture(pool, tenants, 50, 1, ForTheSession)

    await pool.close()
    assert findings.left_open
