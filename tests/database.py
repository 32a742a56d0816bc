"""The PostgreSQL of a test run: one server, one migrated template, one cheap clone for each worker.

The server is the one of `CRM_TEST_DATABASE_URL` (an administrator's URL, PostgreSQL 15 to 18), else an embedded one in
a temporary directory. The controller of the run starts it and hands `AdminDsn` to the workers; all of this is for
code without a running event loop. Roles and databases are named `crm_test_…`: those of a developer are left alone.
"""

import asyncio
import atexit
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NewType, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

import crm_api
from crm_api.server.database_roles import DatabaseRoles, ensure_roles, scram_verifier
from crm_api.server.embedded import SUPERUSER, EmbeddedServer
from crm_api.server.locking import Connection, exclusively
from crm_api.server.migrating import connected, migrate

ROLES = DatabaseRoles("crm_test_")
PREFIX = "crm_test_"
BUILTIN_LOCALE_SINCE = 17
# What a crash of the machine would cost does not matter here.
UNSAFE_AND_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
}
UNSAFE_AND_FAST |= {"max_wal_senders": "0", "shared_buffers": "128MB", "autovacuum": "off"}
# A worker of the run with its servers and their workers has up to a hundred.
UNSAFE_AND_FAST |= {"max_connections": "500"}

AdminDsn = NewType("AdminDsn", str)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Databases:
    """One database, entered as the app role or as a superuser."""

    name: str
    app_dsn: str
    admin_dsn: str


def start_test_server() -> AdminDsn:
    """Where an administrator connects; an embedded server is stopped and removed when this process ends."""
    if given := os.environ.get("CRM_TEST_DATABASE_URL"):
        return AdminDsn(given)
    home = Path(tempfile.mkdtemp(prefix="crm-test-"))
    server = EmbeddedServer(home, options=UNSAFE_AND_FAST)
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    server.start()
    atexit.register(server.stop)
    return AdminDsn(server.dsn(SUPERUSER, "postgres"))


def template(admin: AdminDsn) -> str:
    """The name of a database at the head revision; made once for each content of the migrations."""
    return _run(_template(admin))


def clone(admin: AdminDsn, source: str) -> Databases:
    """A database of one's own, copied from a template. Give it back with `drop`."""
    return _run(_clone(admin, source))


def drop(admin: AdminDsn, databases: Databases) -> None:
    """Remove a clone, whoever is still connected to it."""
    _run(_execute(admin, f"DROP DATABASE IF EXISTS {databases.name} WITH (FORCE)"))


def empty(admin: AdminDsn) -> Databases:
    """A database without any schema, for tests of migrations and roles. Give it back with `drop`."""
    return _run(_clone(admin, "template0"))


async def _template(admin: AdminDsn) -> str:
    name = f"{PREFIX}{_content_hash()}"
    async with connected(admin) as connection, exclusively(connection, "crm test template"):
        if await connection.fetchval("SELECT datistemplate FROM pg_database WHERE datname = $1", name):
            return name
        await _drop_leftovers(connection)
        await _create(connection, name, "template0")
        async with connected(with_database(admin, name)) as inside:
            await ensure_roles(inside, ROLES, None)
        await connection.execute(f"ALTER ROLE {ROLES.app} PASSWORD '{scram_verifier(_app_password(admin))}'")
        await migrate(with_database(admin, name), ROLES, lambda _: None)
        await connection.execute(f"ALTER DATABASE {name} IS_TEMPLATE true")  # only now: it is whole
    return name


async def _drop_leftovers(connection: Connection) -> None:
    """Templates of other contents and half-made ones; a copy that is being made keeps its own."""
    for row in await connection.fetch(
        "SELECT datname FROM pg_database WHERE datname ~ $1", f"^{PREFIX}[0-9a-f]{{12}}$"
    ):
        try:
            await connection.execute(f"ALTER DATABASE {row['datname']} IS_TEMPLATE false")
            await connection.execute(f"DROP DATABASE {row['datname']}")
        except asyncpg.ObjectInUseError:
            await connection.execute(f"ALTER DATABASE {row['datname']} IS_TEMPLATE true")


async def _clone(admin: AdminDsn, source: str) -> Databases:
    name = f"{PREFIX}{os.getpid()}_{secrets.token_hex(4)}"
    async with connected(admin) as connection:
        await _create(connection, name, source)
    dsn = with_database(admin, name)
    return Databases(name, with_user(dsn, ROLES.app, _app_password(admin)), dsn)


async def _create(connection: Connection, name: str, source: str) -> None:
    locale = ""
    if source == "template0":
        builtin = connection.get_server_version().major >= BUILTIN_LOCALE_SINCE
        provider = "builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'" if builtin else "libc LOCALE 'C.UTF-8'"
        locale = f"ENCODING 'UTF8' LOCALE_PROVIDER {provider}"
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {source} {locale}")


async def _execute(admin: AdminDsn, sql: str) -> None:
    async with connected(admin) as connection:
        await connection.execute(sql)


def with_database(dsn: str, name: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


def with_user(dsn: str, user: str, password: str) -> str:
    parts = urlsplit(dsn)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user)}:{quote(password)}@{host}"))


def _app_password(admin: AdminDsn) -> str:
    """The same in every process, and known to nobody who does not know the administrator's URL."""
    return hashlib.sha256(admin.encode()).hexdigest()[:32]


def _content_hash() -> str:
    """Of everything that decides what a migrated database looks like."""
    package = Path(crm_api.__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*(package / "migrations").rglob("*.py"), *(package / "server").glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    with asyncio.Runner() as runner:
        return runner.run(work)
