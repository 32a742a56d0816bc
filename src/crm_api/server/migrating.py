"""Bringing a database to the schema of this version, and keeping its monthly partitions ahead of time."""

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

import crm_api
from crm_api.kit import clock
from crm_api.server.database_roles import SCHEMA, DatabaseRoles
from crm_api.server.locking import Connection, exclusively
from crm_api.settings import CannotStart

LOCK = "crm migrations"
ATTEMPTS = 20
LOCK_NOT_AVAILABLE = "55P03"
MONTHS_AHEAD = 36

Report = Callable[[str], None]
_alembic = threading.Lock()  # its context is one global of the process


def migrations_config() -> Config:
    """Alembic's configuration; the scripts lie inside the package, in a checkout as in a wheel."""
    config = Config()
    config.set_main_option("script_location", str(Path(crm_api.__file__).with_name("migrations")))
    config.set_main_option(
        "file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s"
    )
    config.set_main_option("timezone", "UTC")
    return config


@cache
def head_revision() -> str | None:
    """The revision that this version of the code needs; None while there is no migration at all."""
    return ScriptDirectory.from_config(migrations_config()).get_current_head()


async def current_revision(connection: Connection) -> str | None:
    if await connection.fetchval("SELECT to_regclass($1)", f"{SCHEMA}.alembic_version") is None:
        return None
    found: str | None = await connection.fetchval(f"SELECT version_num FROM {SCHEMA}.alembic_version")
    return found


async def pending(connection: Connection) -> bool:
    """Whether the schema of this database is another one than this code was written for."""
    return await current_revision(connection) != head_revision()


async def migrate(admin_dsn: str, roles: DatabaseRoles, report: Report) -> None:
    """Upgrade to the head as the owner role, one transaction a revision; nothing happens at the head.

    A revision that cannot get its lock within 2 seconds is tried again, up to 20 times: live traffic never
    queues behind it for long.
    """
    async with connected(admin_dsn) as connection:
        if await pending(connection):
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    await asyncio.to_thread(_upgrade, admin_dsn, roles, report)
                    break
                except DBAPIError as error:
                    if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE or attempt == ATTEMPTS:
                        raise
                    report(f"A table is in use; trying again ({attempt} of {ATTEMPTS}).")
                    await asyncio.sleep(random.uniform(0.5, 1.5))  # noqa: S311  guards nothing
        async with exclusively(connection, LOCK), as_owner(connection, roles):
            await ensure_event_partitions(connection)


def _upgrade(admin_dsn: str, roles: DatabaseRoles, report: Report) -> None:
    config = migrations_config()
    config.attributes.update(dsn=admin_dsn, roles=roles, report=report)
    try:
        with _alembic:
            command.upgrade(config, "head")
    except CommandError as error:
        raise CannotStart(f"The database is of another version of this program: {error}") from None


async def ensure_event_partitions(connection: Connection, today: datetime | None = None) -> None:
    """Partitions of `events` from last month to 36 months ahead; run as the owner of the table.

    A partition has forced row security without a policy and without grants: only the way through `events`,
    whose policies then count, leads to its rows.
    """
    if await connection.fetchval("SELECT to_regclass($1)", f"{SCHEMA}.events") is None:
        return
    today = today or clock.now()
    for offset in range(-1, MONTHS_AHEAD + 1):
        first, following = _month(today, offset), _month(today, offset + 1)
        name = f"{SCHEMA}.events_y{first:%Y}m{first:%m}"
        if await connection.fetchval("SELECT to_regclass($1)", name) is None:
            await connection.execute(
                f"CREATE TABLE {name} PARTITION OF {SCHEMA}.events"
                f" FOR VALUES FROM ('{first:%Y-%m-%d} 00:00:00+00') TO ('{following:%Y-%m-%d} 00:00:00+00');"
                f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
            )


def _month(today: datetime, offset: int) -> datetime:
    year, month = divmod(today.year * 12 + today.month - 1 + offset, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[Connection]:
    """One connection outside any pool; `CannotStart` in place of the driver's many errors."""
    try:
        connection = await asyncpg.connect(
            dsn, timeout=10, server_settings={"application_name": "crm-api setup"}
        )
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, TimeoutError) as error:
        raise CannotStart(f"The database does not answer: {type(error).__name__}: {error}") from error
    try:
        yield connection
    finally:
        await connection.close(timeout=5)


@asynccontextmanager
async def as_owner(connection: Connection, roles: DatabaseRoles) -> AsyncIterator[None]:
    """Statements run as the owner role, which is how new objects come to belong to it."""
    await connection.execute(f"SET ROLE {roles.owner}; SET lock_timeout = '2s'; SET statement_timeout = '5s'")
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("RESET ROLE; RESET lock_timeout; RESET statement_timeout")
