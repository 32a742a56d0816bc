"""The worker is killed while it makes a file: in the end one finished file, one entry in the access log, nothing stuck."""

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from crm_api.integrations.exports.service import ATTEMPTS
from crm_api.settings import Settings
from crm_api.storage.files import bind_files, files
from crm_api.storage.local import LocalFiles
from tests.factories.companies import Company
from tests.faults.conftest import Ledger, Start, ended
from tests.faults.test_workers import KILLED

ROWS, PAGES = 2_500, 3
Asked = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path, environment: dict[str, str], settings: Settings) -> Path:
    """A store that this process and the workers share."""
    found = tmp_path / "files"
    environment["CRM_STORAGE_DIR"] = str(found)
    bind_files(LocalFiles(found))
    return found


@pytest.fixture
async def ask(company: Company, ledger: Ledger) -> Callable[[], Awaitable[Asked]]:
    """An export of some pages of products."""
    operations = [
        {"op": "create", "data": {"code": f"P{number}", "name": f"Product {number}"}}
        for number in range(ROWS)
    ]
    for first in range(0, ROWS, 200):
        body = {"mode": "atomic", "operations": operations[first : first + 200]}
        assert (await company.owner.http.post("/products/batch", json=body)).status_code == 200

    async def asked() -> Asked:
        answer = await company.owner.http.post("/exports", json={"resource": "products", "fields": ["code"]})
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    return asked


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "place",
    [
        "job.claimed",
        "export.begun",
        "export.page:2",
        "job.before_commit:3",
        "export.stored",
        f"job.before_commit:{PAGES + 2}",
        "export.finished",
        f"job.before_commit:{PAGES + 3}",
        f"job.after_commit:{PAGES + 3}",
    ],
)
async def test_one_file_wherever_a_worker_dies(
    ledger: Ledger, folder: Path, ask: Callable[[], Awaitable[Asked]], start: Start, place: str
) -> None:
    company, asked = ledger.company, await ask()
    assert await ended(start(failpoint=place)) == KILLED
    start()
    await ledger.until(ledger.empty)

    http = company.owner.http
    operation = (await http.get(f"/operations/{asked['id']}")).json()
    assert (operation["status"], operation["result"]["rows"]) == ("succeeded", ROWS)
    content = (await http.get(f"/exports/{asked['id']}/content")).content
    assert sorted(content.split()[1:]) == sorted(b'"P%d"' % number for number in range(ROWS))
    assert hashlib.sha256(content).hexdigest() == operation["result"]["sha256"]
    [file] = kept(folder)
    assert file.read_bytes() == content
    [entry] = await company.rows("access_log", kind="export")
    assert (entry["details"]["rows"], entry["details"]["export_id"]) == (ROWS, asked["id"])
    assert await company.rows("dead_letters") == []


async def test_what_is_never_finished_leaves_no_file(
    ledger: Ledger, folder: Path, ask: Callable[[], Awaitable[Asked]], start: Start
) -> None:
    """It kills every worker and is given up; its files go when its time is over, even if that run is killed too."""
    company, asked = ledger.company, await ask()
    for _ in range(ATTEMPTS):
        assert await ended(start(failpoint="export.begun")) == KILLED
    healthy = start()
    await ledger.until(ledger.empty)
    healthy.kill()
    operation = (await company.owner.http.get(f"/operations/{asked['id']}")).json()
    assert (operation["status"], operation["error"]["code"]) == ("failed", "export_given_up")
    assert await company.rows("access_log", kind="export") == []
    [row] = await company.rows("exports")
    # what the last of them might have left, half and whole
    for key in row["file_keys"]:
        await files().write(key, _some())
    assert len(kept(folder)) == ATTEMPTS

    async with company.served.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL app.tenant_id = '{company.tenant_id}'")
        await connection.execute("UPDATE exports SET expires_at = now()")
    await ledger.ask("exports.expire")
    assert await ended(start(failpoint="export.removed")) == KILLED
    start()
    await ledger.until(ledger.empty)
    assert kept(folder) == []
    assert await company.rows("exports") == []


async def _some() -> Any:
    yield b"some"
