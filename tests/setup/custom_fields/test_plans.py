"""With 100,000 values behind row security, as the application role: pages by custom fields read an index, not the table."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from tests.database import Databases
from tests.factories.companies import Company, Served, found_company
from tests.factories.fields import define
from tests.factories.statements import Statements

RECORDS, FIELDS = 20_000, 5
COPIED = {"id": "md5(n::text)::uuid", "name_sort": "'n' || n"}


@dataclass
class Large:
    """A company with many records, of whose fields `f0` has numbers and `f1` codes, rarely `gold`."""

    company: Company
    app: Any

    async def plan(self, statement: str, arguments: Any, mode: str) -> str:
        async with self.app.transaction():
            await self.app.execute(f"SET LOCAL app.tenant_id = '{self.company.tenant_id}'")
            await self.app.execute(f"SET LOCAL plan_cache_mode = {mode}")
            found = await self.app.fetch(f"EXPLAIN (COSTS OFF) {statement}", *arguments)
        return "\n".join(row[0] for row in found)


@pytest.fixture(scope="module")
async def large(served: Served, databases: Databases) -> AsyncIterator[Large]:
    company = await found_company(served)
    fields = [
        (await define(company, "select" if i == 1 else "number", key=f"f{i}"))["id"] for i in range(FIELDS)
    ]
    record = (await company.owner.create("/customers", name="First"))["id"]
    admin = await asyncpg.connect(databases.admin_dsn)
    names = [row[0] for row in await admin.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'customers'::regclass AND attnum > 0 AND NOT attisdropped"
    )]  # fmt: skip
    columns = ", ".join(COPIED.get(name, f"c.{name}") for name in names)
    await admin.execute(
        f"INSERT INTO customers ({', '.join(names)}) SELECT {columns} FROM customers c, "
        f"generate_series(2, {RECORDS}) AS n WHERE c.tenant_id = '{company.tenant_id}' AND c.id = '{record}'"
    )
    for place, field in enumerate(fields):
        column = "text_value" if place == 1 else "number_value"
        number = "abs(hashtext(id::text)) % 1000"
        value = (
            f"CASE {number} WHEN 0 THEN 'gold' ELSE 'silver' END"
            if place == 1
            else f"({number})::bigint * 1000000"
        )
        await admin.execute(
            f"INSERT INTO custom_values (tenant_id, field_id, record_id, item, resource, {column}) SELECT tenant_id, "
            f"'{field}', id, 0, 'customers', {value} FROM customers WHERE tenant_id = '{company.tenant_id}'"
        )
    await admin.execute("ANALYZE customers, custom_values")
    await admin.close()
    app = await asyncpg.connect(databases.app_dsn)
    yield Large(company, app)
    await app.close()
    await company.close()


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(
    ("params", "index"),
    [
        ({"custom_fields.f1": "gold"}, "custom_values_text_value_idx"),
        ({"custom_fields.f0[gte]": "999"}, "custom_values_number_value_idx"),
        ({"sort": "custom_fields.f0"}, "custom_values_number_value_idx"),
        ({"sort": "custom_fields.f1"}, "custom_values_text_value_idx"),
    ],
)
async def test_a_page_reads_an_index(
    large: Large, statements: Statements, params: dict[str, str], index: str, mode: str
) -> None:
    async with statements.counted() as sent:
        answer = await large.company.owner.http.get("/customers", params={**params, "limit": "10"})
        assert (answer.status_code, len(answer.json()["data"])) == (200, 10)
    (at,) = [place for place, text in enumerate(sent.sent) if text.startswith("SELECT")]
    plan = await large.plan(sent.sent[at], sent.arguments[at], mode)
    assert index in plan or "custom_values_pkey" in plan, plan
    assert "Seq Scan" not in plan, plan


async def test_a_deep_page_starts_where_the_one_before_ended(large: Large, statements: Statements) -> None:
    http, params = large.company.owner.http, {"sort": "custom_fields.f0", "limit": "20"}
    page = (await http.get("/customers", params=params)).json()
    for _ in range(3):
        page = (await http.get("/customers", params={**params, "cursor": page["page"]["next_cursor"]})).json()
    async with statements.counted() as sent:
        await http.get("/customers", params={**params, "cursor": page["page"]["next_cursor"]})
    (at,) = [place for place, text in enumerate(sent.sent) if text.startswith("SELECT")]
    plan = await large.plan(sent.sent[at], sent.arguments[at], "force_generic_plan")
    assert "custom_values_number_value_idx" in plan
    assert "Index Cond" in plan
    assert "ROW(" in plan
    assert "Seq Scan" not in plan
