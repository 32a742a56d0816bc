"""Is this installation sound? One line a question, with what to do where the answer is no."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from crm_api.kit import clock
from crm_api.kit.db import Base
from crm_api.kit.tenancy import is_open
from crm_api.server.database_roles import (
    APP_SETTINGS,
    SCHEMA,
    DatabaseRoles,
    missing_statements,
    unsafe_reasons,
)
from crm_api.server.locking import Connection
from crm_api.server.migrating import connected, current_revision, head_revision
from crm_api.settings import CannotStart, Settings

SUPPORTED = range(15, 19)
CLOCK_TOLERANCE = timedelta(seconds=2)

_UNPROTECTED = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND NOT a.attisdropped
  AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND c.relname <> ALL ($2::text[])
ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True)
class Check:
    """`detail` says what was found, or what to do when `sound` is false."""

    name: str
    sound: bool
    detail: str


async def examine(settings: Settings) -> list[Check]:
    """Every check, in the order in which the first failure explains the later ones. Changes nothing."""
    checks = [_keys(settings)]
    roles = DatabaseRoles(settings.db_role_prefix)
    try:
        if settings.admin_dsn:
            async with connected(settings.admin_dsn) as connection:
                missing = await missing_statements(connection, roles)
                sql = "\n".join(f"{statement};" for statement in missing)
                checks.append(Check("roles", not missing, sql or "owner, app, search, backup"))
        async with connected(settings.app_dsn) as connection:
            checks += [check async for check in _of_the_database(connection)]
    except CannotStart as failure:
        checks.append(Check("connection", False, str(failure)))
    return checks


def _keys(settings: Settings) -> Check:
    try:
        return Check("keys", bool(settings.secrets), "signing key, cursor key, pepper and field key are set")
    except CannotStart as failure:
        return Check("keys", False, str(failure))


async def _of_the_database(connection: Connection) -> AsyncIterator[Check]:
    number = await connection.fetchval("SHOW server_version")
    major = connection.get_server_version().major
    yield Check("server", major in SUPPORTED, f"PostgreSQL {number}; supported 15 to 18")

    encoding = await connection.fetchval("SHOW server_encoding")
    yield Check("encoding", encoding == "UTF8", f"{encoding}; needed is UTF8")

    reasons = await unsafe_reasons(connection)
    yield Check("row security holds", not reasons, "; ".join(reasons) or "the app role cannot get around it")

    socket = await connection.fetchval("SELECT inet_server_addr() IS NULL")
    limits = [limit for limit in APP_SETTINGS if not (socket and limit.startswith("tcp_"))]
    without = [limit for limit in limits if await connection.fetchval(f"SHOW {limit}") == "0"]
    yield Check("time limits", not without, ", ".join(without) or "every limit of the app role is set")

    found, needed = await current_revision(connection), head_revision()
    yield Check("schema", found == needed, f"{found}; this version needs {needed}: crm-api migrate")

    shared = [table.name for table in Base.metadata.tables.values() if is_open(table)]
    tables = [row["relname"] for row in await connection.fetch(_UNPROTECTED, SCHEMA, shared)]
    yield Check("tenant tables", not tables, ", ".join(tables) or "row security is forced on all of them")

    ahead = clock.now() + timedelta(days=31)
    partition = f"events_y{ahead:%Y}m{ahead:%m}"
    exists = await connection.fetchval("SELECT to_regclass($1)", f"{SCHEMA}.{partition}") is not None
    yield Check("partitions", exists, f"{partition} {'exists' if exists else 'is missing: crm-api migrate'}")

    drift = abs(await connection.fetchval("SELECT clock_timestamp()") - clock.now())
    yield Check("clock", drift < CLOCK_TOLERANCE, f"{drift.total_seconds():.2f} s from the database's")
