"""The worker is killed in the middle of an import; the next one goes on, and every row is done exactly once."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from crm_api.settings import Settings
from crm_api.storage.files import bind_files
from crm_api.storage.local import LocalFiles
from tests.factories.companies import Company

ROWS = 2_500


@pytest.fixture
def store(tmp_path: Path) -> Path:
    bind_files(LocalFiles(tmp_path))
    return tmp_path


async def worked(
    settings: Settings, store: Path, company: Company, made: dict[str, Any], **extra: str
) -> int | None:
    """A worker in a process of its own, until the import is at rest or the worker is dead; how it ended."""
    environment = {**os.environ, **settings.worker_environment(), "CRM_LOG_LEVEL": "error", **extra}
    environment |= {"CRM_JOB_LEASE_SECONDS": "4", "CRM_STORAGE_DIR": str(store)}
    process = subprocess.Popen(  # noqa: ASYNC220  it is only started here
        [sys.executable, "-m", "crm_api.worker"],
        env=environment,
        stdin=subprocess.PIPE,  # its parent's life
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(900):
            (row,) = await company.rows("imports", id=made["id"])
            if process.poll() is not None or row["status"] in ("done", "undone"):
                break
            await asyncio.sleep(0.1)
        return process.poll()
    finally:
        process.terminate()
        process.communicate(timeout=15)


async def start(company: Company, made: dict[str, Any], verb: str) -> None:
    answer = await company.owner.http.post(f"/imports/{made['id']}/{verb}")
    assert answer.status_code == 202, answer.text


async def upload(company: Company) -> dict[str, Any]:
    lines = "\n".join(f"Name {i},C{i},k{i}" if i % 500 else f",C{i},k{i}" for i in range(1, ROWS + 1))
    answer = await company.owner.http.post(
        "/imports",
        files={"file": ("x.csv", f"name,code,key\n{lines}\n".encode())},
        data={"resource": "customers"},
    )
    made = dict(answer.json())
    mapping = [{"columns": ["name"], "field": "name"}, {"columns": ["code"], "field": "code"}]
    mapping.append({"columns": ["key"], "field": "external_id"})
    changed = await company.owner.http.patch(
        f"/imports/{made['id']}", json={"mapping": mapping, "source": "erp"}
    )
    assert changed.status_code == 200, changed.text
    return made


@pytest.mark.parametrize(
    "failpoint", ["import.written:2", "job.before_commit:3", "job.after_commit:3", "import.batch:2"]
)
async def test_each_row_once(company: Company, settings: Settings, store: Path, failpoint: str) -> None:
    made = await upload(company)
    await start(company, made, "commit")

    assert await worked(settings, store, company, made, CRM_FAILPOINT=failpoint) == -9
    assert len(await company.rows("customers")) < ROWS
    assert await worked(settings, store, company, made) is None

    failed = ROWS // 500
    ledger = await company.rows("import_rows")
    assert sorted(row["row_no"] for row in ledger) == list(range(1, ROWS + 1))
    assert Counter(row["status"] for row in ledger) == {"created": ROWS - failed, "failed": failed}
    customers = await company.rows("customers")
    assert len({row["code"] for row in customers}) == len(customers) == ROWS - failed
    assert {str(row["record_id"]) for row in ledger if row["record_id"]} == {
        str(row["id"]) for row in customers
    }
    for table in ("ownership_periods", "external_ids", "search_documents"):
        assert len(await company.rows(table, resource="customers")) == ROWS - failed
    assert len(await company.rows("events", type="customer.created")) == ROWS - failed
    (row,) = await company.rows("imports")
    assert (row["status"], row["counts"]) == ("done", {"created": ROWS - failed, "failed": failed})


async def test_an_undo_goes_on_where_it_was_killed(company: Company, settings: Settings, store: Path) -> None:
    answer = await company.owner.http.post(
        "/imports",
        files={"file": ("x.csv", b"name\n" + b"".join(b"N%d\n" % i for i in range(250)))},
        data={"resource": "customers"},
    )
    made = dict(answer.json())
    await start(company, made, "commit")
    assert await worked(settings, store, company, made) is None
    await start(company, made, "undo")

    assert await worked(settings, store, company, made, CRM_FAILPOINT="import.undone:2") == -9
    assert await worked(settings, store, company, made) is None

    assert Counter(row["status"] for row in await company.rows("import_rows")) == {"undone": 250}
    assert all(row["deleted_at"] for row in await company.rows("customers"))
    assert len(await company.rows("events", type="customer.deleted")) == 250
