"""Databases without a tenant, and the command line as an operator runs it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.database import AdminDsn, Databases, clone, drop, empty

Command = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="session")
def admin() -> AdminDsn:
    return AdminDsn(os.environ["CRM_TEST_RUN_ADMIN"])


@pytest.fixture
def bare(admin: AdminDsn) -> Iterator[Databases]:
    databases = empty(admin)
    yield databases
    drop(admin, databases)


@pytest.fixture
def migrated(admin: AdminDsn) -> Iterator[Databases]:
    databases = clone(admin, os.environ["CRM_TEST_RUN_TEMPLATE"])
    yield databases
    drop(admin, databases)


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """Start `crm-api …` on a data directory of its own; whatever still runs at the end is ended."""
    started = []

    def start(*arguments: str, **settings: str) -> "subprocess.Popen[str]":
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
        process = subprocess.Popen(
            [sys.executable, "-c", "from crm_api.cli import main; main()", *arguments],
            env={**inherited, "CRM_DATA_DIR": str(tmp_path / "data"), **settings},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=20)
