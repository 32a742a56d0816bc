"""Two companies on a database of their own, with the walls that a class of tests asks for."""

import os
from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable, Iterator

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from crm_api.kit.statements import STATEMENTS, Statement
from crm_api.kit.tenancy import TenantCompiler
from crm_api.main import create_app
from crm_api.settings import Settings
from tests import database
from tests.conftest import ADMIN, TEMPLATE
from tests.factories.companies import Served, found_company
from tests.isolation.examination import Pair
from tests.isolation.worlds import World

_PROTECTED = (
    "SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
)

_WITHOUT_PREDICATE: OrderedDict[Hashable, Statement] = OrderedDict()


@pytest.fixture(scope="class")
def own_databases() -> Iterator[database.Databases]:
    admin = database.AdminDsn(os.environ[ADMIN])
    found = database.clone(admin, os.environ[TEMPLATE])
    yield found
    database.drop(admin, found)


@pytest.fixture(scope="class")
def predicate(request: pytest.FixtureRequest) -> Iterator[None]:
    """The application's wall: as it is, or rendered as `true`, in statements kept apart, when the class says so."""
    with pytest.MonkeyPatch.context() as patch:
        if not request.cls.predicate:
            patch.setattr(TenantCompiler, "of_tenant", lambda self, target: "true")
            patch.setattr(STATEMENTS, "_held", _WITHOUT_PREDICATE)
        yield


@pytest.fixture(scope="class")
async def pair(
    request: pytest.FixtureRequest, predicate: None, own_databases: database.Databases, settings: Settings
) -> AsyncIterator[Pair]:
    """The two companies are furnished while both walls stand in the database; then the class's walls fall."""
    superuser = await asyncpg.connect(own_databases.admin_dsn)
    app = create_app(settings.model_copy(update={"database_url": SecretStr(own_databases.app_dsn)}))
    async with app.router.lifespan_context(app):
        served = Served(app, httpx.ASGITransport(app, raise_app_exceptions=False))
        worlds = [World(await found_company(served)) for _ in range(2)]
        for world in worlds:
            await world.furnish()
        if not request.cls.policies:
            for row in await superuser.fetch(_PROTECTED):
                await superuser.execute(f"ALTER TABLE {row[0]} DISABLE ROW LEVEL SECURITY")
        yield Pair(*worlds, superuser, every_kind=request.cls.policies and request.cls.predicate)
        for world in worlds:
            await world.company.close()
    await superuser.close()
