"""A company brings its sales history over HTTP; the report gives each caller the figures of their reach."""

import importlib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.factories.companies import PASSWORD, Company
from tests.factories.maven_like import Figures, Tally, count_pipeline, write_pipeline

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "maven-crm"
USER_PASSWORD = "four red lanterns swaying"

# As stated in the README beside the real files, in dollars.
REAL_REGIONS = {"West": 3_568_647, "Central": 3_346_293, "East": 3_090_594}
REAL_MANAGERS = {
    "Melvin Marxen": 2_251_930,
    "Summer Sewald": 1_964_750,
    "Rocco Neubert": 1_960_545,
    "Celia Rouche": 1_603_897,
    "Cara Losch": 1_130_049,
    "Dustin Brinkmann": 1_094_363,
}

URL = "http://crm.test"


@pytest.fixture
def example(company: Company, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The example, imported as its own folder sees it; its people belong to this company alone."""
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    module = importlib.import_module("import_pipeline")
    monkeypatch.setattr(module, "MAIL_DOMAIN", f"{company.tenant_id}.example")
    return module


async def test_a_small_pipeline(company: Company, example: ModuleType, tmp_path: Path) -> None:
    figures = write_pipeline(tmp_path)
    assert count_pipeline(tmp_path) == figures
    await _import_twice_and_compare(company, example, tmp_path, figures)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real pipeline is not beside the project")
async def test_the_real_pipeline(company: Company, example: ModuleType) -> None:
    figures = count_pipeline(REAL)
    assert (figures.total.won_count, figures.total.won_amount) == (4_238, 10_005_534)
    assert (figures.total.lost_count, figures.total.open_count) == (2_473, 1_589 + 500)
    assert (figures.customers, figures.products, figures.deals) == (85, 7, 8_800)
    assert {name: tally.won_amount for name, tally in figures.regions.items()} == REAL_REGIONS
    assert {name: tally.won_amount for name, tally in figures.managers.items()} == REAL_MANAGERS
    best = max(figures.agents, key=lambda name: figures.agents[name].won_amount)
    assert (best, figures.agents[best].won_amount) == ("Darcel Schlecht", 1_153_214)
    await _import_twice_and_compare(company, example, REAL, figures)


async def _import_twice_and_compare(
    company: Company, example: ModuleType, folder: Path, figures: Figures
) -> None:
    files = example.Pipeline.read(folder)
    async with _connected(example, company, company.email, PASSWORD) as crm:
        first = await example.Importer(crm, files, USER_PASSWORD).run()
        assert first == {
            "regions": len(figures.regions),
            "teams": len(figures.agents_of),
            "users": len(figures.agents_of) + sum(map(len, figures.agents_of.values())),
            "customers": figures.customers - _subsidiaries(files),
            "subsidiaries": _subsidiaries(files),
            "products": figures.products,
            "opportunities": figures.deals,
        }
        before = await _sizes(crm)
        second = await example.Importer(crm, files, USER_PASSWORD).run()
        assert set(second.values()) == {0}
        assert await _sizes(crm) == before
        await _compare_as_administrator(crm, figures)
    for manager, agents in figures.agents_of.items():
        async with _signed_in(example, company, manager) as crm:
            await _compare_as_manager(crm, figures, manager, agents)
        for agent in agents:
            async with _signed_in(example, company, agent) as crm:
                await _compare_as_agent(crm, figures, agent)


def _subsidiaries(files: Any) -> int:
    return sum(bool(row["subsidiary_of"]) for row in files.accounts)


async def _sizes(crm: Any) -> dict[str, int]:
    return {path: len(await crm.rows(path)) for path in ("teams", "users", "customers", "products")}


def _signed_in(example: ModuleType, company: Company, name: str) -> Any:
    return _connected(example, company, example.mail(name), USER_PASSWORD)


def _connected(example: ModuleType, company: Company, email: str, password: str) -> Any:
    return example.connected(URL, email=email, password=password, transport=company.served.transport)


async def _compare_as_administrator(crm: Any, figures: Figures) -> None:
    rows, total = await _report(crm, group_by="team", team_depth="1")
    assert rows == figures.regions
    assert total == figures.total
    rows, total = await _report(crm, group_by="team", team_depth="2")
    assert rows == {f"Team {manager}": tally for manager, tally in figures.managers.items()}
    assert total == figures.total
    rows, total = await _report(crm, group_by="owner")
    assert rows == figures.agents
    assert total == figures.total


async def _compare_as_manager(crm: Any, figures: Figures, manager: str, agents: list[str]) -> None:
    rows, total = await _report(crm, group_by="team", team_depth="2")
    assert rows == {f"Team {manager}": figures.managers[manager]}
    assert total == figures.managers[manager]
    rows, total = await _report(crm, group_by="owner")
    assert rows == {agent: figures.agents[agent] for agent in agents if agent in figures.agents}
    assert total == figures.managers[manager]


async def _compare_as_agent(crm: Any, figures: Figures, agent: str) -> None:
    rows, total = await _report(crm, group_by="owner")
    expected = {agent: figures.agents[agent]} if agent in figures.agents else {}
    assert rows == expected
    assert total == expected.get(agent, Tally())


async def _report(crm: Any, **parameters: str) -> tuple[dict[str, Tally], Tally]:
    answer = await crm.call("GET", "reports/sales-performance", params=parameters)
    rows = {row["key"]["name"]: _tally(row) for row in answer["data"]}
    assert len(rows) == len(answer["data"])
    return rows, _tally(answer["totals"])


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(
        **{f"{kind}_count": row[f"{kind}_count"] for kind in ("won", "lost", "open")},
        **{f"{kind}_amount": _dollars(row[f"{kind}_amount"]) for kind in ("won", "lost", "open")},
    )


def _dollars(money: Mapping[str, str]) -> int:
    amount = Decimal(money["amount"])
    assert money["currency"] == "USD" or not amount  # without a deal, the company's own
    assert amount == int(amount)
    return int(amount)
