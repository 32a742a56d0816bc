"""Migrations run once however many processes start, and the schema belongs to the owner role."""

import asyncio

import pytest

from crm_api.server.database import prepare, refuse_unfit
from crm_api.server.database_roles import ensure_roles
from crm_api.server.migrating import connected, head_revision, migrate, pending
from crm_api.server.secrets import generate_secrets
from crm_api.settings import CannotStart, Settings
from tests.database import ROLES, Databases


def settings(app_dsn: str, admin_dsn: str | None) -> Settings:
    keys = generate_secrets().as_settings()
    return Settings.model_validate(
        {"database_url": app_dsn, "database_admin_url": admin_dsn, "db_role_prefix": ROLES.prefix, **keys}
    )


async def test_parallel_starts_migrate_once(bare: Databases) -> None:
    async with connected(bare.admin_dsn) as connection:
        await ensure_roles(connection, ROLES, None)
        assert await pending(connection)
        said: list[str] = []
        await asyncio.gather(*(migrate(bare.admin_dsn, ROLES, said.append) for _ in range(6)))
        assert not await pending(connection)
        assert said.count(f"Migrated to {head_revision()}.") == 1
        owners = await connection.fetch(
            "SELECT DISTINCT relowner::regrole::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        )
        assert [row["name"] for row in owners] == [ROLES.owner]


async def test_serving_on_an_older_schema_is_refused(bare: Databases) -> None:
    async with connected(bare.admin_dsn) as connection:
        await ensure_roles(connection, ROLES, None)
    with pytest.raises(CannotStart, match="not migrated"):
        await refuse_unfit(settings(bare.app_dsn, None))
    await prepare(settings(bare.app_dsn, bare.admin_dsn), lambda _: None)


async def test_serving_as_a_superuser_is_refused(migrated: Databases) -> None:
    with pytest.raises(CannotStart, match=r"is a superuser.*CRM_DATABASE_ADMIN_URL"):
        await prepare(settings(migrated.admin_dsn, None), lambda _: None)


async def test_an_unreachable_database_is_told_in_one_sentence() -> None:
    with pytest.raises(CannotStart, match="does not answer"):
        await refuse_unfit(settings("postgresql://crm_app@127.0.0.1:1/crm", None))
