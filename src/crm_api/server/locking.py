"""One process at a time, across machines: advisory locks of the database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from crm_api.settings import CannotStart

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

WAIT_SECONDS = 600.0


@asynccontextmanager
async def exclusively(connection: Connection, purpose: str) -> AsyncIterator[None]:
    """Hold the lock named `purpose` in this database; `CannotStart` when another holds it for 10 minutes.

    Asks again and again instead of queueing: a statement that waits holds a snapshot, and `CREATE INDEX
    CONCURRENTLY` in the migration of the holder would wait for that snapshot for ever.
    """
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while not await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", purpose):
        if asyncio.get_running_loop().time() > deadline:
            raise CannotStart(f"Another process has held the lock of “{purpose}” for 10 minutes.")
        await asyncio.sleep(0.1)
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.fetchval("SELECT pg_advisory_unlock(hashtextextended($1, 0))", purpose)
