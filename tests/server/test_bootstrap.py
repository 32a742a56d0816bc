"""The first administrator is made once, and their password is told once."""

import asyncio

from pydantic import SecretStr

from crm_api.server.bootstrap import FirstTenant, bootstrap, slug_of
from crm_api.server.migrating import connected
from crm_api.settings import Bootstrap, Settings
from tests.database import Databases


def settings_for(databases: Databases, wanted: Bootstrap) -> Settings:
    return Settings(database_url=SecretStr(databases.app_dsn), bootstrap=wanted)


async def test_twenty_parallel_starts_make_one_administrator(migrated: Databases) -> None:
    async def start() -> FirstTenant | None:
        return await bootstrap(settings_for(migrated, Bootstrap()))

    made = [first for first in await asyncio.gather(*(start() for _ in range(20))) if first]
    assert len(made) == 1
    assert made[0].email == "admin@example.com"
    assert made[0].password
    assert len(made[0].password) == 24
    async with connected(migrated.admin_dsn) as connection:
        assert await connection.fetchval("SELECT count(*) FROM logins") == 1


async def test_a_password_from_the_settings_is_not_told(migrated: Databases) -> None:
    given = Bootstrap(email="boss@example.com", password=SecretStr("a-Long-passphrase-42"))
    first = await bootstrap(settings_for(migrated, given))
    assert first
    assert (first.email, first.password) == ("boss@example.com", None)


def test_slugs_are_latin() -> None:
    assert slug_of("Ärzte & Söhne GmbH") == "rzte-s-hne-gmbh"
    assert slug_of("Acme, Inc.") == "acme-inc"
    assert slug_of("北京某公司").startswith("tenant-")
