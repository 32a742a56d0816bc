"""The worker is killed in the middle of an import; the next one goes on, and every row is done exactly once."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from crm_api.storage.files import bind_files
from crm_api.storage.local import LocalFiles
from tests.factories.companies import Company
from tests.faults.conftest import Ledger, Start, ended
from tests.faults.test_workers import KILLED

ROWS, FAILED = 2_500, 5
MAPPING = [
    {"columns": ["name"], "field": "name"},
    {"columns": ["code"], "field": "code"},
    {"columns": ["key"], "field": "external_id"},
]
# The units of a run: it is started, its ledger is asked, three batches, its end, the job's own end.
WRITING = (
    "job.claimed",
    "import.written:2",
    "job.before_commit:4",
    "job.after_commit:4",
    "import.batch:2",
    "job.after_commit:6",
    "job.before_commit:7",
)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, environment: dict[str, str]) -> None:
    bind_files(LocalFiles(tmp_path))
    environment["CRM_STORAGE_DIR"] = str(tmp_path)


async def upload(company: Company, content: str, **options: Any) -> str:
    answer = await company.owner.http.post(
        "/imports", files={"file": ("x.csv", content.encode())}, data={"resource": "customers"}
    )
    made: str = answer.json()["id"]
    if options:
        assert (await company.owner.http.patch(f"/imports/{made}", json=options)).status_code == 200
    return made


async def ask(company: Company, made: str, verb: str) -> None:
    answer = await company.owner.http.post(f"/imports/{made}/{verb}")
    assert answer.status_code == 202, answer.text


async def state(company: Company) -> tuple[str, dict[str, int], str]:
    """Of the import, its counts, and its operation."""
    (found,) = await company.rows("imports")
    (operation,) = await company.rows("operations", id=found["operation_id"])
    return found["status"], found["counts"], operation["status"]


@pytest.mark.parametrize("failpoint", WRITING)
async def test_each_row_once(ledger: Ledger, start: Start, failpoint: str) -> None:
    company = ledger.company
    lines = "".join(f"{f'Name {i}' if i % 500 else ''},C{i},k{i}\n" for i in range(1, ROWS + 1))
    made = await upload(company, f"name,code,key\n{lines}", mapping=MAPPING, source="erp")
    await ask(company, made, "commit")

    assert await ended(start(failpoint=failpoint)) == KILLED
    start()
    await ledger.until(ledger.empty)

    good = ROWS - FAILED
    assert await state(company) == ("done", {"created": good, "failed": FAILED}, "succeeded")
    rows = await company.rows("import_rows")
    assert sorted(row["row_no"] for row in rows) == list(range(1, ROWS + 1))
    assert Counter(row["status"] for row in rows) == {"created": good, "failed": FAILED}
    customers = await company.rows("customers")
    assert len({row["code"] for row in customers}) == len(customers) == good
    assert {row["record_id"] for row in rows} - {None} == {row["id"] for row in customers}
    for table in ("ownership_periods", "external_ids", "search_documents"):
        assert len(await company.rows(table, resource="customers")) == good
    assert len(await company.rows("events", type="customer.created")) == good
    assert await company.rows("dead_letters") == []


async def test_a_dry_run_begins_again(ledger: Ledger, start: Start) -> None:
    company = ledger.company
    made = await upload(company, "name\n" + "".join(f"N{i}\n" for i in range(ROWS)))
    await ask(company, made, "validate")

    assert await ended(start(failpoint="job.before_commit:3")) == KILLED
    start()
    await ledger.until(ledger.empty)

    assert await state(company) == ("validated", None, "succeeded")
    (found,) = await company.rows("imports")
    assert found["report"]["counts"] == {"created": ROWS}
    assert await company.rows("customers") == []


@pytest.mark.parametrize("failpoint", ["import.undone:2", "job.before_commit:3", "job.after_commit:4"])
async def test_an_undo_goes_on_where_it_was_killed(ledger: Ledger, start: Start, failpoint: str) -> None:
    company = ledger.company
    made = await upload(company, "name\n" + "".join(f"N{i}\n" for i in range(250)))
    await ask(company, made, "commit")
    worker = start()
    await ledger.until(ledger.empty)
    worker.kill()
    await ended(worker)
    await ask(company, made, "undo")

    assert await ended(start(failpoint=failpoint)) == KILLED
    start()
    await ledger.until(ledger.empty)

    assert await state(company) == ("undone", {"undone": 250}, "succeeded")
    assert Counter(row["status"] for row in await company.rows("import_rows")) == {"undone": 250}
    assert all(row["deleted_at"] for row in await company.rows("customers"))
    assert len(await company.rows("events", type="customer.deleted")) == 250
