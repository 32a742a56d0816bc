"""The demo company: believable, complete, made once."""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest

from crm_api.kit import clock
from crm_api.main import create_app
from crm_api.roles import DEFAULT_ROLES
from crm_api.server.demo import PASSWORD, load
from crm_api.server.demo.cast import DEPARTMENTS, FOUNDER, PEOPLE, address
from crm_api.server.migrating import connected
from crm_api.server.secrets import generate_secrets
from crm_api.settings import Settings
from crm_api.wiring import RESOURCES
from tests.database import ROLES, AdminDsn, Databases, clone, drop
from tests.factories.companies import Served

TABLES = (
    "tenants logins users teams customers contacts products pipelines opportunities opportunity_lines "
    "opportunity_stage_moves events ownership_periods external_ids search_documents"
).split()
# they are what a server leaves that works: jobs it was asked for, files, addresses it calls
MADE_BY_SERVING = {"exports", "imports", "operations", "dead_letters", "attachments", "webhooks"}
STATUSES = {
    "leads": "new contacted qualified converted discarded",
    "development_plans": "executing succeeded",
    "quotes": "draft sent accepted rejected superseded",
    "contracts": "draft approving signed active terminated",
    "approvals": "pending approved",
    "orders": "placed packed part_shipped delivered cancelled",
    "receivables": "open part paid cancelled",
    "invoices": "applied delivered",
    "expense_claims": "draft approving paid",
    "tasks": "open done",
}


@dataclass
class Demo:
    """The company in a database of its own, served."""

    databases: Databases
    settings: Settings
    served: Served
    said: list[str] = field(default_factory=list)

    async def sizes(self) -> dict[str, int]:
        async with connected(self.databases.admin_dsn) as connection:
            return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in TABLES}

    async def rows(self, sql: str) -> list[Any]:
        async with connected(self.databases.admin_dsn) as connection:
            return [tuple(row) for row in await connection.fetch(sql)]

    async def sign_in(self, email: str) -> httpx.AsyncClient:
        async with self.served.client() as nobody:
            answer = await nobody.post("/auth/login", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return self.served.client(answer.json()["access_token"])


@pytest.fixture(scope="module")
def alone() -> Iterator[Databases]:
    admin = AdminDsn(os.environ["CRM_TEST_RUN_ADMIN"])
    databases = clone(admin, os.environ["CRM_TEST_RUN_TEMPLATE"])
    yield databases
    drop(admin, databases)


@pytest.fixture(scope="module")
async def demo(alone: Databases) -> AsyncIterator[Demo]:
    settings = Settings(
        _env_file=None,
        database_url=alone.app_dsn,
        database_admin_url=alone.admin_dsn,
        db_role_prefix=ROLES.prefix,
        log_level="error",
        **generate_secrets().as_settings(),
    )
    said: list[str] = []
    await load(settings, said.append)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        served = Served(app, httpx.ASGITransport(app, raise_app_exceptions=False))
        yield Demo(alone, settings, served, said)


async def test_its_size(demo: Demo) -> None:
    sizes = await demo.sizes()
    assert (sizes["tenants"], sizes["teams"], sizes["users"]) == (1, 8, 17)
    assert (sizes["customers"], sizes["products"], sizes["opportunities"]) == (300, 20, 600)
    assert 400 <= sizes["contacts"] <= 500
    assert sizes["opportunity_stage_moves"] > 1000
    assert sizes["ownership_periods"] >= sizes["customers"] + sizes["contacts"] + sizes["opportunities"]


async def test_a_second_run_adds_nothing(demo: Demo) -> None:
    before = await demo.sizes()
    said: list[str] = []
    await load(demo.settings, said.append)
    assert await demo.sizes() == before
    assert len(said) == 1
    assert "already" in said[0]


async def test_it_tells_how_to_sign_in_and_that_is_true(demo: Demo) -> None:
    told = "\n".join(demo.said)
    assert PASSWORD in told
    for email in (FOUNDER, *map(address, PEOPLE)):
        assert email in told
        async with await demo.sign_in(email) as http:
            assert (await http.get("/auth/me")).json()["email"] == email


async def test_somebody_has_each_default_role(demo: Demo) -> None:
    assert {person.role for person in PEOPLE} == set(DEFAULT_ROLES)
    assert {person.team for person in PEOPLE if person.leads} <= {team.key for team in DEPARTMENTS}


async def test_customers_are_of_every_sort(demo: Demo) -> None:
    rows = await demo.rows("SELECT kind, level, industry, region, parent_id, name, lifecycle FROM customers")
    assert Counter(row[0] for row in rows) == {"company": 235, "person": 65}
    assert {row[1] for row in rows} == {"A", "B", "C", "D"}
    assert len({row[2] for row in rows} - {None}) >= 8
    assert {"华东", "华南", "Europe", "North America"} <= {row[3] for row in rows}
    assert sum(row[4] is not None for row in rows) == 25
    assert sum(row[5].isascii() for row in rows) > 70
    assert {row[6] for row in rows} == {"prospect", "customer"}


async def test_deals_fill_eighteen_months_up_to_today(demo: Demo) -> None:
    today = clock.today("Asia/Shanghai")
    rows = await demo.rows("SELECT status, opened_on, closed_on, created_at, amount FROM opportunities")
    counts = Counter(row[0] for row in rows)
    assert counts["open"] > 50
    assert 0.3 < counts["won"] / (counts["won"] + counts["lost"]) < 0.6
    first, last = min(row[1] for row in rows), max(row[1] for row in rows)
    assert today - timedelta(days=548) <= first <= today - timedelta(days=500)
    assert today - timedelta(days=10) <= last <= today
    assert all(row[2] is None or row[1] < row[2] <= today for row in rows)
    assert all(row[3] <= clock.now() and row[4] > 0 for row in rows)
    moves = await demo.rows(
        "SELECT m.moved_at < o.created_at, m.dwell_seconds < 0 FROM opportunity_stage_moves m"
        " JOIN opportunities o ON o.id = m.opportunity_id"
    )
    assert set(moves) == {(False, False)}


async def test_nothing_happens_before_its_people_and_customers_are_there(demo: Demo) -> None:
    early = await demo.rows(
        "SELECT o.name FROM opportunities o JOIN customers c ON c.id = o.customer_id"
        " JOIN users u ON u.id = o.owner_id WHERE o.created_at < c.created_at OR c.created_at < u.created_at"
    )
    assert early == []


async def test_losses_have_reasons(demo: Demo) -> None:
    reasons = dict(await demo.rows("SELECT loss_reason, count(*) FROM opportunities GROUP BY 1"))
    del reasons[None]
    assert len(reasons) == 6
    assert max(reasons, key=lambda reason: reasons[reason]) == "price"


async def test_who_sees_what(demo: Demo) -> None:
    seen = {}
    for name in ("chen.li", "wang.jianguo", "li.na"):
        async with await demo.sign_in(f"{name}@demo.example") as http:
            parameters = {"group_by": "team", "team_depth": "1"}
            report = (await http.get("/reports/sales-performance", params=parameters)).json()
        assert [row["key"]["name"] for row in report["data"]] == ["销售中心 Sales"]
        seen[name] = report["totals"]["won_count"]
    assert 0 < seen["li.na"] < seen["wang.jianguo"] < seen["chen.li"]


async def test_it_holds_something_of_every_resource(demo: Demo) -> None:
    tables = {resource.name: resource.model.__tablename__ for resource in RESOURCES}
    assert tables.keys() >= MADE_BY_SERVING | STATUSES.keys()
    for name in tables.keys() - MADE_BY_SERVING:
        assert (await demo.rows(f"SELECT count(*) > 0 FROM {tables[name]}")) == [(True,)], name
    for name, statuses in STATUSES.items():
        found = {row[0] for row in await demo.rows(f"SELECT DISTINCT status FROM {tables[name]}")}
        assert found == set(statuses.split()), name


async def test_money_is_owed_goods_run_low_and_somebody_waits_for_a_decision(demo: Demo) -> None:
    async with await demo.sign_in(FOUNDER) as http:
        ageing = (await http.get("/receivables/ageing", params={"currency": "CNY"})).json()
        low = (await http.get("/stock-levels", params={"low": "true"})).json()["data"]
        late = (await http.get("/tasks", params={"due_at[lt]": "now", "status": "open"})).json()["data"]
    assert ageing["totals"]["days_1_30"] == {"amount": "383646.03", "currency": "CNY"}
    assert [level["available"] for level in low] == ["7"]
    assert len(late) == 2
    async with await demo.sign_in("liu.yang@demo.example") as http:
        me = (await http.get("/auth/me")).json()["id"]
        waiting = (await http.get("/approvals", params={"approver_ids[has_any]": me})).json()["data"]
    assert [approval["subject_name"].split()[1] for approval in waiting] == ["注塑机联网项目合同"]
