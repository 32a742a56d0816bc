"""The database roles: made once, safe at the same time, and never able to get around row security."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import pytest

from crm_api.server.database_roles import (
    APP_SETTINGS,
    DatabaseRoles,
    RolesMissing,
    ensure_roles,
    missing_statements,
    unsafe_reasons,
)
from crm_api.server.locking import Connection
from crm_api.server.migrating import as_owner, connected, ensure_event_partitions
from tests.database import ROLES, AdminDsn, Databases, with_user

OTHER = DatabaseRoles("crm_test_other_")


@asynccontextmanager
async def temporary_role(admin: AdminDsn, name: str, attributes: str) -> AsyncIterator[None]:
    async with connected(admin) as connection:
        await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x' {attributes}")
        try:
            yield
        finally:
            await connection.execute(f"DROP ROLE {name}")


async def prepared(connection: Connection) -> None:
    await ensure_roles(connection, ROLES, None)


async def test_creating_them_at_the_same_time_and_again(admin: AdminDsn, bare: Databases) -> None:
    async def start() -> None:
        async with connected(bare.admin_dsn) as connection:
            await ensure_roles(connection, OTHER, "secret")

    try:
        await asyncio.gather(*(start() for _ in range(8)))
        await start()
        async with connected(bare.admin_dsn) as connection:
            assert await missing_statements(connection, OTHER) == []
    finally:
        async with connected(bare.admin_dsn) as connection:
            for role in (OTHER.app, OTHER.backup, OTHER.owner, OTHER.search):
                await connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


async def test_the_app_role_is_safe_and_limited(migrated: Databases) -> None:
    async with connected(migrated.app_dsn) as connection:
        assert await unsafe_reasons(connection) == []
        shown = {name: await connection.fetchval(f"SHOW {name}") for name in APP_SETTINGS}
        over_tcp = await connection.fetchval("SELECT inet_server_addr() IS NOT NULL")
        assert shown == {**APP_SETTINGS, "tcp_user_timeout": "10000" if over_tcp else "0"}


async def test_a_superuser_is_unsafe(bare: Databases) -> None:
    async with connected(bare.admin_dsn) as connection:
        assert [reason.split(" ", 1)[1] for reason in await unsafe_reasons(connection)] == ["is a superuser"]


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ("BYPASSRLS", "{} bypasses row security"),
        ("CREATEROLE", "{} may create roles"),
        ("REPLICATION", "{} may read the write-ahead log"),
        ("IN ROLE pg_read_server_files", "{} reaches the files of the server (pg_read_server_files)"),
        (f"IN ROLE {ROLES.backup}", f"{ROLES.backup} bypasses row security"),
    ],
)
async def test_what_a_role_has_or_may_become_is_named(
    admin: AdminDsn, migrated: Databases, attributes: str, reason: str
) -> None:
    name = "crm_test_unsafe"
    async with temporary_role(admin, name, attributes), _as(migrated, name) as connection:
        assert await unsafe_reasons(connection) == [reason.format(name)]


async def test_owning_and_truncating_are_named(admin: AdminDsn, bare: Databases) -> None:
    name = "crm_test_unsafe"
    async with temporary_role(admin, name, ""), connected(bare.admin_dsn) as superuser:
        await superuser.execute(
            f"CREATE TABLE owned (); ALTER TABLE owned OWNER TO {name};"
            "CREATE TABLE walled (); ALTER TABLE walled ENABLE ROW LEVEL SECURITY;"
            f"GRANT TRUNCATE ON walled TO {name}; GRANT CREATE ON SCHEMA public TO {name}"
        )
        async with _as(bare, name) as connection:
            assert sorted(await unsafe_reasons(connection)) == [
                f"{name} may TRUNCATE walled",
                f"{name} may create objects in schema public",
                f"{name} owns 1 tables, owned among them",
            ]
        await superuser.execute(f"DROP OWNED BY {name}")


async def test_without_the_right_to_create_roles_the_sql_is_told(admin: AdminDsn, bare: Databases) -> None:
    async with temporary_role(admin, "crm_test_weak", ""), _as(bare, "crm_test_weak") as connection:
        with pytest.raises(RolesMissing, match=f"CREATE ROLE {OTHER.owner} NOLOGIN;"):
            await ensure_roles(connection, OTHER, None)
        with pytest.raises(RolesMissing, match=f"GRANT USAGE, CREATE ON SCHEMA public TO {ROLES.owner}"):
            await ensure_roles(connection, ROLES, None)


async def test_partitions_reach_three_years_ahead_and_open_no_way_in(bare: Databases) -> None:
    async with connected(bare.admin_dsn) as connection:
        await prepared(connection)
        async with as_owner(connection, ROLES):
            await ensure_event_partitions(connection)  # before the first migration: nothing to do
            await connection.execute(
                "CREATE TABLE events (tenant_id uuid, created_at timestamptz) PARTITION BY RANGE (created_at);"
                "ALTER TABLE events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
                "CREATE POLICY tenant ON events USING (true);"
                f"GRANT SELECT, INSERT ON events TO {ROLES.app}"
            )
            for _ in range(2):
                await ensure_event_partitions(connection, datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
        rows = await connection.fetch(
            "SELECT relname, relrowsecurity AND relforcerowsecurity AS walled, relowner::regrole::text AS owner"
            " FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY relname"
        )
        assert [row["relname"] for row in rows][::37] == ["events_y2026m10", "events_y2029m11"]
        assert {(row["walled"], row["owner"]) for row in rows} == {(True, ROLES.owner)}
    async with connected(bare.app_dsn) as app:
        await app.execute("INSERT INTO events VALUES (gen_random_uuid(), '2026-11-30 23:59:59.999Z')")
        assert await app.fetchval("SELECT count(*) FROM events") == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.fetch("SELECT FROM events_y2026m11")


@asynccontextmanager
async def _as(databases: Databases, role: str) -> AsyncIterator[Connection]:
    async with connected(with_user(databases.admin_dsn, role, "x")) as connection:
        yield connection
