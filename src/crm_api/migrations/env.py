"""How Alembic runs here: over asyncpg, as the owner role, one process at a time, no long wait for locks.

`crm-api migrate` says where; the command line `alembic` takes the place from the settings, or starts the
embedded server.
"""

import asyncio
import re
from typing import Any

import asyncpg
from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from crm_api import wiring
from crm_api.kit.db import Base
from crm_api.server.database import open_database
from crm_api.server.database_roles import SCHEMA, DatabaseRoles
from crm_api.server.locking import exclusively
from crm_api.server.migrating import LOCK, connected
from crm_api.settings import CannotStart, Settings

assert wiring  # importing it maps every table

# No migration waits long for a lock that traffic holds, nor holds one for long.
SESSION = (f"SET search_path = {SCHEMA}", "SET lock_timeout = '2s'", "SET statement_timeout = '5s'")
PARTITION = re.compile(r"events_(y\d{4}m\d{2}|default)")

config = context.config


# Tables of the queue: written by its own statements, mapped by nothing.
UNMAPPED = {"pgqueuer", "pgqueuer_log", "job_ticks"}


def include_object(target: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Partitions follow their parent; they are made by date, not compared."""
    return not (kind == "table" and reflected and (PARTITION.fullmatch(name or "") or name in UNMAPPED))


def configure(roles: DatabaseRoles, **options: Any) -> None:
    report = config.attributes.get("report")
    context.configure(
        target_metadata=Base.metadata,
        include_object=include_object,
        transaction_per_migration=True,
        compare_server_default=True,
        on_version_apply=lambda step, **_: report(f"Migrated to {step.up_revision_id}.") if report else None,
        roles=roles,  # a migration finds the names of the roles in `op.get_context().opts["roles"]`
        **options,
    )


def run(connection: Connection, roles: DatabaseRoles) -> None:
    connection.execute(text(f"SET ROLE {roles.owner}"))
    for statement in SESSION:
        connection.execute(text(statement))
    connection.commit()
    configure(roles, connection=connection)
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text(f"GRANT SELECT ON alembic_version TO {roles.app}"))
    connection.commit()


async def run_online(dsn: str, roles: DatabaseRoles) -> None:
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn, timeout=10), poolclass=NullPool
    )
    try:
        async with connected(dsn) as holder, exclusively(holder, LOCK), engine.connect() as connection:
            await connection.run_sync(run, roles)
    finally:
        await engine.dispose()


def main() -> None:
    if dsn := config.attributes.get("dsn"):
        asyncio.run(run_online(dsn, config.attributes["roles"]))
        return
    settings = Settings()
    roles = DatabaseRoles(settings.db_role_prefix)
    if context.is_offline_mode():
        configure(roles, dialect_name="postgresql", literal_binds=True)
        for statement in SESSION:
            context.execute(statement)
        with context.begin_transaction():
            context.run_migrations()
        return
    with open_database(settings) as opened:
        if opened.admin_dsn is None:
            raise CannotStart("Set CRM_DATABASE_ADMIN_URL to migrate.")
        asyncio.run(run_online(opened.admin_dsn, roles))


main()
