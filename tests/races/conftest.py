"""A pair of server processes as they are, and one whose guards can be taken out."""

import os
from collections.abc import AsyncIterator, Iterator

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from crm_api.main import create_app
from crm_api.settings import Settings
from tests import database
from tests.factories.companies import Served
from tests.races.pairs import Pair, pair_on


@pytest.fixture(scope="module")
async def pair(served: Served, settings: Settings, databases: database.Databases) -> AsyncIterator[Pair]:
    """PostgreSQL breaks no circle of those who wait for each other here: who is in one is answered 503 in the end."""
    superuser = await asyncpg.connect(databases.admin_dsn)
    await superuser.execute(f"ALTER DATABASE {databases.name} SET deadlock_timeout = '1min'")
    await superuser.close()
    async with pair_on(served, settings) as found:
        yield found


@pytest.fixture(scope="module")
def apart() -> Iterator[database.Databases]:
    """A database whose second guards are dropped."""
    admin = database.AdminDsn(os.environ["CRM_TEST_RUN_ADMIN"])
    found = database.clone(admin, os.environ["CRM_TEST_RUN_TEMPLATE"])
    yield found
    database.drop(admin, found)


@pytest.fixture(scope="module")
async def unguarded(apart: database.Databases, settings: Settings) -> AsyncIterator[Pair]:
    elsewhere = settings.model_copy(update={"database_url": SecretStr(apart.app_dsn)})
    connection = await asyncpg.connect(apart.admin_dsn)
    await connection.execute("DROP INDEX orders_number_key; DROP INDEX contracts_number_key")
    await connection.close()
    app = create_app(elsewhere)
    async with app.router.lifespan_context(app):
        served = Served(app, httpx.ASGITransport(app, raise_app_exceptions=False))
        async with pair_on(served, elsewhere, "tests.races.unguarded:app") as found:
            yield found
