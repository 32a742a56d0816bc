"""The real application on a real database: one clone per worker, one fresh company per test."""

import gc
import importlib.util
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from sqlalchemy.orm import configure_mappers

from crm_api.identity.credentials import passwords
from crm_api.kit.statements import STATEMENTS
from crm_api.main import create_app
from crm_api.server.secrets import generate_secrets
from crm_api.settings import Settings
from crm_api.storage.files import _bound
from tests import database
from tests.factories.companies import Company, Served, found_company
from tests.factories.floors import Floor, furnish
from tests.factories.peers import INSIDE
from tests.factories.statements import Statements

# Thousands of people are made with one passphrase: their hashes are cheap, but where passwords are what is tested.
PASSWORDS_AS_SHIPPED = passwords._context.to_dict()
passwords._context.update(argon2__memory_cost=8, argon2__time_cost=1)
configure_mappers()  # rows are also made where no application is
# httpx looks for it before each request to the application: what is not installed is looked for once.
if importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]
# All tests together have more shapes of statements than a server keeps: building one costs milliseconds.
STATEMENTS._limit = 20_000
ADMIN, TEMPLATE = "CRM_TEST_RUN_ADMIN", "CRM_TEST_RUN_TEMPLATE"


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts the server and migrates the template; workers inherit both by environment."""
    os.environ["CRM_RATE_LIMITS"] = "off"  # but for the tests of limits; servers that tests start inherit it
    if not hasattr(config, "workerinput") and not config.option.collectonly and ADMIN not in os.environ:
        os.environ[ADMIN] = database.start_test_server()
        os.environ[TEMPLATE] = database.template(database.AdminDsn(os.environ[ADMIN]))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected lasts as long as the run: the garbage collector need not walk it again."""
    twice = [name for name, times in Counter(item.nodeid for item in session.items).items() if times > 1]
    if twice:
        raise pytest.UsageError(f"xdist would run one of those with the same name: {twice}")
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def databases() -> Iterator[database.Databases]:
    """This worker's own database."""
    admin = database.AdminDsn(os.environ[ADMIN])
    found = database.clone(admin, os.environ[TEMPLATE])
    yield found
    database.drop(admin, found)


@pytest.fixture(scope="session")
def settings(databases: database.Databases, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        _env_file=None,
        database_url=databases.app_dsn,
        storage_dir=tmp_path_factory.mktemp("files"),
        log_level="error",
        stream_seconds=0.5,
        outbound_allow=(INSIDE,),
        **generate_secrets().as_settings(),
    )


@pytest.fixture(scope="session")
async def served(settings: Settings) -> AsyncIterator[Served]:
    """The application with its lifespan running."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield Served(app, httpx.ASGITransport(app, raise_app_exceptions=False))


@pytest.fixture(autouse=True)
def _the_same_store() -> Iterator[None]:
    """A test may keep its files elsewhere (`bind_files`); the next one finds them where they were."""
    bound = list(_bound)
    yield
    _bound[:] = bound


@pytest.fixture
async def company(served: Served) -> AsyncIterator[Company]:
    """A fresh company; `company.owner` is its first administrator and owner."""
    found = await found_company(served)
    yield found
    await found.close()


@pytest.fixture
async def other_company(served: Served) -> AsyncIterator[Company]:
    """Another company on the same database."""
    found = await found_company(served)
    yield found
    await found.close()


@pytest.fixture
async def floor(company: Company) -> Floor:
    """A fresh company with teams, a supervisor, two agents and a stranger."""
    return await furnish(company)


@pytest.fixture
def statements(served: Served) -> Statements:
    """`async with statements.counted() as sent:` tells what the application asked the database."""
    return Statements(served)
