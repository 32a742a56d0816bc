"""The real sales pipeline comes in as a CSV file: mapped, matched, carried out, compared with the reports, taken back."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crm_api.jobs.runner import Runner
from crm_api.storage.files import bind_files
from crm_api.storage.local import LocalFiles
from crm_api.worker import actors_of
from tests.factories.companies import Company
from tests.factories.maven_like import Figures, count_pipeline, write_pipeline
from tests.journeys.test_real_pipeline import (
    PASSWORD,
    REAL,
    USER_PASSWORD,
    _compare_as_administrator,
    _connected,
)

CUSTOMERS = [
    {"columns": ["account"], "field": "name"},
    {"columns": ["account"], "field": "external_id"},
    {"columns": ["sector"], "field": "industry", "values": {"technolgy": "technology"}},
]


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Makes the teams, people and products that the files name."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "examples"))
    return importlib.import_module("import_pipeline")


async def test_a_small_pipeline(company: Company, example: ModuleType, tmp_path: Path) -> None:
    await _bring_in(company, example, tmp_path, write_pipeline(tmp_path), tmp_path)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real pipeline is not beside the project")
async def test_the_real_pipeline(company: Company, example: ModuleType, tmp_path: Path) -> None:
    figures = count_pipeline(REAL)
    assert figures.deals == 8_800
    await _bring_in(company, example, REAL, figures, tmp_path)


async def _bring_in(
    company: Company, example: ModuleType, folder: Path, figures: Figures, scratch: Path
) -> None:
    bind_files(LocalFiles(scratch / "store"))
    files = example.Pipeline.read(folder)
    async with _connected(example, company, company.email, PASSWORD) as crm:
        importer = example.Importer(crm, files, USER_PASSWORD)
        await importer._people(await importer._manager_teams())
        products, stages = await importer._products(), await importer._stages()

        done = await _imported(
            company, "customers", folder / "accounts.csv", source="maven", mapping=CUSTOMERS
        )
        assert done["counts"] == {"created": figures.customers}

        mapping = _deals(files, products, stages)
        common: dict[str, Any] = {
            "source": "maven",
            "mode": "upsert",
            "match": ["external_id"],
            "date_format": "mdy",
            "mapping": mapping,
            "default_values": {"lines.unit_price.currency": "USD"},
        }
        done = await _imported(company, "opportunities", folder / "sales_pipeline.csv", **common)
        assert done["counts"] == {"created": figures.deals}
        assert len(await company.rows("events", type="opportunity.created")) == figures.deals
        await _compare_as_administrator(crm, figures)

        again = await _imported(
            company, "opportunities", folder / "sales_pipeline.csv", **{**common, "mode": "create"}
        )
        assert again["counts"] == {"failed": figures.deals}

        undone = await _done(company, done["id"], "undo")
        assert undone["counts"] == {"undone": figures.deals}
        left = await company.owner.http.get("/opportunities", params={"include_total": "true"})
        assert left.json()["page"]["total"] == 0


def _deals(files: Any, products: dict[str, Any], stages: dict[str, Any]) -> list[dict[str, Any]]:
    squeezed: Callable[[str], str] = lambda text: text.replace(" ", "").casefold()  # noqa: E731
    names = {row["product"] for row in files.deals}
    ids = {name: products[squeezed(name)]["id"] for name in names}
    return [
        {"columns": ["opportunity_id"], "field": "external_id"},
        {"columns": ["product", "account"], "field": "name"},
        {"columns": ["sales_agent"], "field": "owner_id", "by": "name"},
        {"columns": ["account"], "field": "customer_id", "by": "external_id"},
        {"columns": ["product"], "field": "lines.product_id", "values": ids},
        {
            "columns": ["deal_stage"],
            "field": "stage_id",
            "values": {k: v["stage_id"] for k, v in stages.items()},
        },
        {
            "columns": ["deal_stage"],
            "field": "loss_reason",
            "values": {"Lost": "other"},
            "otherwise": "empty",
        },
        {"columns": ["engage_date"], "field": "opened_on"},
        {"columns": ["close_date"], "field": "closed_on"},
        {"columns": ["close_value"], "field": "lines.unit_price", "values": {"0": None}},
    ]


async def _imported(company: Company, resource: str, path: Path, **options: Any) -> dict[str, Any]:
    with path.open("rb") as file:
        answer = await company.owner.http.post(
            "/imports", files={"file": (path.name, file)}, data={"resource": resource}
        )
    assert answer.status_code == 201, answer.text
    changed = await company.owner.http.patch(f"/imports/{answer.json()['id']}", json=options)
    assert changed.status_code == 200, changed.text
    return await _done(company, answer.json()["id"], "commit")


async def _done(company: Company, import_id: str, verb: str) -> dict[str, Any]:
    answer = await company.owner.http.post(f"/imports/{import_id}/{verb}")
    assert answer.status_code == 202, answer.text
    served = company.served
    await Runner(served.pool, actors_of(served.pool, served.app.state.authentication)).empty()
    return dict((await company.owner.http.get(f"/imports/{import_id}")).json())
