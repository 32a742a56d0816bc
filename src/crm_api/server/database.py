"""The database of a command: the one named in the settings, else the embedded one while the command runs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from crm_api.server.database_roles import DatabaseRoles, ensure_roles, login_of, unsafe_reasons
from crm_api.server.embedded import SUPERUSER, EmbeddedServer
from crm_api.server.migrating import Report, connected, migrate, pending
from crm_api.server.secrets import stored_secrets
from crm_api.settings import CannotStart, Settings

DATABASE = "crm"


@contextmanager
def open_database(settings: Settings) -> Iterator[Settings]:
    """Settings whose database answers and whose keys are known; an embedded server stops at the end.

    With `CRM_DATABASE_URL` these are the settings themselves.
    """
    if not settings.embedded:
        yield settings
        return
    with EmbeddedServer(settings.data_dir) as server:
        app = DatabaseRoles(settings.db_role_prefix).app
        asyncio.run(create_database(server.dsn(SUPERUSER, "postgres"), DATABASE))
        yield settings.running_on(
            app_dsn=server.dsn(app, DATABASE),
            admin_dsn=server.dsn(SUPERUSER, DATABASE),
            secrets=stored_secrets(settings.data_dir),
        )


async def create_database(admin_dsn: str, name: str) -> None:
    """A database whose sorting and case rules are those of PostgreSQL itself, not of the machine."""
    async with connected(admin_dsn) as connection:
        if await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name):
            return
        try:
            await connection.execute(
                f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
                " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
            )
        except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            return  # made by another process that started with us


async def prepare(settings: Settings, report: Report) -> None:
    """Roles and schema are as this version needs them, or `CannotStart` says what the operator has to do."""
    roles = DatabaseRoles(settings.db_role_prefix)
    if settings.admin_dsn:
        user, password = login_of(settings.app_dsn)
        async with connected(settings.admin_dsn) as connection:
            await ensure_roles(connection, roles, password if user == roles.app else None)
        await migrate(settings.admin_dsn, roles, report)
    await refuse_unfit(settings)


async def refuse_unfit(settings: Settings) -> None:
    """`CannotStart` when the app role could bypass row security, or the schema is not this version's."""
    async with connected(settings.app_dsn) as connection:
        if reasons := await unsafe_reasons(connection):
            raise CannotStart(
                "CRM_DATABASE_URL names a role that could see rows of every tenant: "
                + "; ".join(reasons)
                + ". Give that URL to CRM_DATABASE_ADMIN_URL, and to CRM_DATABASE_URL the role "
                + f"{DatabaseRoles(settings.db_role_prefix).app} with a password of your choice.",
            )
        if await pending(connection):
            raise CannotStart(
                "The database is not migrated: run `crm-api migrate` with CRM_DATABASE_ADMIN_URL."
            )
