"""Connections: asyncpg's own pool, because it rolls back what a cancelled request left open.

A pool that looks only at the driver's idle state gives connections back inside an open transaction with the tenant
still set. asyncpg ends the transaction on release; `reset` itself has nothing left to do.
"""

from datetime import date
from functools import lru_cache
from typing import Any, TypeAlias

import asyncpg
import orjson

from crm_api.kit.ids import as_id

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
_FIRST_DAY = date(2000, 1, 1).toordinal()


class Pool(asyncpg.Pool):
    """The driver's pool, and a quick way back into it."""

    async def give_back(self, connection: Connection) -> None:
        """Take back a connection of which the server has just said that its transaction is over.

        `release` does so from any state, in a task that no cancellation reaches: a tenth of a get. Here nothing waits.
        """
        await connection._holder.release(None)  # noqa: SLF001  what `release` runs as that task


async def _prepare(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_dump, decoder=orjson.loads, format="text"
    )
    # the driver's own codec sends the first and the last day of the calendar as -infinity and infinity
    await connection.set_type_codec(
        "date", schema="pg_catalog", encoder=_day_number, decoder=_day, format="tuple"
    )


def _dump(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z).decode()


def _day_number(day: date) -> tuple[int]:
    return (day.toordinal() - _FIRST_DAY,)


def _day(number: tuple[int]) -> date:
    return date.fromordinal(number[0] + _FIRST_DAY)


async def _nothing_left(_: "asyncpg.Connection[asyncpg.Record]") -> None:
    return


async def open_pool(dsn: str, *, size: int = 10, statements: int = 1000) -> Pool:
    """A pool of connections as the application role; `statements` is how many shapes stay prepared on each."""
    return await Pool(
        dsn,
        loop=None,
        connection_class=asyncpg.Connection,
        record_class=asyncpg.Record,
        min_size=min(2, size),
        max_size=size,
        max_queries=50_000,
        init=_prepare,
        reset=_nothing_left,
        statement_cache_size=statements,
        max_cached_statement_lifetime=0,
        max_inactive_connection_lifetime=0,
        command_timeout=30,
        server_settings={"application_name": "crm-api", "jit": "off", "timezone": "UTC"},
    )


@lru_cache(maxsize=4096)
def opening(tenant_id: str, *, read_only: bool = False, relaxed: bool = False) -> str:
    """The first statement of a transaction: it begins and names the tenant in one round trip; no tenant, no rows.

    A relaxed one does not wait for the disk: a crash of the database may lose its last half second.
    """
    begin = "BEGIN READ ONLY" if read_only else "BEGIN"
    if relaxed:
        begin += "; SET LOCAL synchronous_commit = off"
    return f"{begin}; {setting(tenant_id)}" if tenant_id else begin


def setting(tenant_id: str) -> str:
    """Names the tenant for the rest of the transaction."""
    if as_id(tenant_id) is None:
        raise ValueError("a tenant id is a UUID")
    return f"SET LOCAL app.tenant_id = '{tenant_id}'"
