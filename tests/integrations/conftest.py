"""A store of files that a test can look into, and a worker in this process."""

from datetime import timedelta
from pathlib import Path

import pytest

from crm_api.jobs.runner import Runner
from crm_api.storage.files import bind_files
from crm_api.storage.local import LocalFiles
from crm_api.worker import actors_of
from tests.factories.companies import Served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def store(folder: Path) -> LocalFiles:
    found = LocalFiles(folder)
    bind_files(found)
    return found


@pytest.fixture
async def runner(served: Served) -> Runner:
    """A worker: `await runner.empty()` runs whatever is due."""
    async with served.pool.acquire() as connection:
        await connection.execute("DELETE FROM pgqueuer")
    return Runner(
        served.pool, actors_of(served.pool, served.app.state.authentication), lease=timedelta(seconds=5)
    )
