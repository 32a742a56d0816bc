"""A market whose every figure can be added up by hand."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.factories.companies import Actor, Company

PATH = "/reports/sales-performance"
FIGURES = ("won_count", "won_amount", "lost_count", "lost_amount", "open_count", "open_amount", "win_rate")
Figures = tuple[int, str, int, str, int, str, float | None]


@dataclass
class Market:
    """North (with Harbour below it) and South; deals in CNY but for one.

    | deal | owner | team    | status         | amount      | lines                         |
    |------|-------|---------|----------------|-------------|-------------------------------|
    | a    | ann   | Harbour | won 2026-01-31 | 100.00      | P1, P2, P3 at the same price  |
    | b    | ann   | Harbour | lost 2026-02-01| 50.00       | none                          |
    | c    | ben   | North   | won 2026-02-28 | 300.00      | P1                            |
    | d    | ben   | North   | open 2026-03   | 70.00       | P2, P2                        |
    | e    | cat   | South   | won 2026-03-01 | 200.00      | 1 of P1 at 10, 3 of P2 at 10  |
    | f    | cat   | South   | open, no date  | none        | none                          |
    | g    | none  | none    | lost 2026-01-01| 10.00       | none                          |
    | u    | cat   | South   | won 2026-02-10 | 999.00 USD  | none                          |
    """

    company: Company
    teams: dict[str, str]
    people: dict[str, Actor]
    products: dict[str, str]
    stages: dict[str, str]
    deals: dict[str, str]
    pipeline_id: str

    async def report(self, actor: Actor | None = None, **parameters: Any) -> dict[str, Any]:
        """The report as somebody sees it, as the owner unless told."""
        answer = await (actor or self.company.owner).http.get(PATH, params=_named(parameters))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def rows(self, actor: Actor | None = None, **parameters: Any) -> dict[str | None, Figures]:
        """Name → the seven figures, in the order of the report."""
        report = await self.report(actor, **parameters)
        assert len({row["key"]["id"] for row in report["data"]}) == len(report["data"])
        return {row["key"]["name"]: figures(row) for row in report["data"]}

    async def totals(self, actor: Actor | None = None, **parameters: Any) -> Figures:
        return figures((await self.report(actor, **parameters))["totals"])


def _named(parameters: dict[str, Any]) -> dict[str, Any]:
    return {{"since": "from", "until": "to"}.get(name, name): value for name, value in parameters.items()}


def figures(row: dict[str, Any]) -> Figures:
    """The seven figures; amounts without their currency."""
    return tuple(row[name]["amount"] if name.endswith("amount") else row[name] for name in FIGURES)  # type: ignore[return-value]


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


@pytest.fixture
async def market(company: Company) -> Market:
    north = await company.team("North")
    teams = {
        "North": north,
        "Harbour": await company.team("Harbour", north),
        "South": await company.team("South"),
    }
    people = {
        "ann": await company.user("account_manager", team_id=teams["Harbour"], name="Ann"),
        "ben": await company.user("account_manager", team_id=teams["North"], name="Ben"),
        "cat": await company.user("account_manager", team_id=teams["South"], name="Cat"),
        "head": await company.user("sales_supervisor", team_id=teams["North"], name="Head of North"),
    }
    owner = company.owner
    products = {
        code: (await owner.create("/products", code=code, name=f"Product {code}"))["id"]
        for code in ("P1", "P2", "P3")
    }
    pipeline = (await owner.http.get("/pipelines")).json()["data"][0]
    stages = {stage["kind"]: stage["id"] for stage in reversed(pipeline["stages"])}
    customer_id = (await owner.create("/customers", name="Buyer", kind="company"))["id"]

    def lines(*items: tuple[str, str, str]) -> list[dict[str, Any]]:
        return [
            {"product_id": products[code], "quantity": quantity, "unit_price": cny(price)}
            for code, quantity, price in items
        ]

    def closed(status: str, on: str) -> dict[str, Any]:
        reason = {"loss_reason": "other"} if status == "lost" else {}
        return {"stage_id": stages[status], "closed_on": on, "customer_id": customer_id, **reason}

    bodies: dict[str, dict[str, Any]] = {
        "a": {
            "owner_id": people["ann"].id,
            "amount": cny("100.00"),
            "lines": lines(("P1", "1", "5"), ("P2", "1", "5"), ("P3", "1", "5")),
            **closed("won", "2026-01-31"),
        },
        "b": {"owner_id": people["ann"].id, "amount": cny("50"), **closed("lost", "2026-02-01")},
        "c": {
            "owner_id": people["ben"].id,
            "lines": lines(("P1", "1", "300")),
            **closed("won", "2026-02-28"),
        },
        "d": {
            "owner_id": people["ben"].id,
            "lines": lines(("P2", "1", "30"), ("P2", "1", "40")),
            "expected_close_on": "2026-03-15",
        },
        "e": {
            "owner_id": people["cat"].id,
            "amount": cny("200"),
            "lines": lines(("P1", "1", "10"), ("P2", "3", "10")),
            **closed("won", "2026-03-01"),
        },
        "f": {"owner_id": people["cat"].id},
        "g": {"owner_id": None, "amount": cny("10"), **closed("lost", "2026-01-01")},
        "u": {
            "owner_id": people["cat"].id,
            "amount": {"amount": "999", "currency": "USD"},
            **closed("won", "2026-02-10"),
        },
    }
    deals = {
        name: (await owner.create("/opportunities", name=name, opened_on=None, **body))["id"]
        for name, body in bodies.items()
    }
    return Market(company, teams, people, products, stages, deals, pipeline["id"])
