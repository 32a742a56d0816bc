"""A first import fills tables of which the database has no statistics yet: keys must be looked up in their own index."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from crm_api.kit.bulk import _linked, _taken
from crm_api.kit.registries import RESOURCES
from crm_api.kit.statements import compiled
from tests.database import Databases
from tests.integrations.imports.conftest import Bench, mapped

ROWS = 1_200


@pytest.fixture
async def admin(databases: Databases) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(databases.admin_dsn)
    yield connection
    await connection.close()


async def test_after_the_first_rows_keys_are_found_in_their_own_index(bench: Bench, admin: Any) -> None:
    for table in ("customers", "external_ids"):
        await admin.execute("DELETE FROM pg_statistic WHERE starelid = $1::text::regclass", table)
        await admin.execute(
            "UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE oid = $1::text::regclass", table
        )
    lines = ["Name,Code,Key", *(f"Company {n},C{n},k{n}" for n in range(ROWS))]
    made = await bench.upload("\n".join(lines))
    await bench.change(made, mapping=mapped(name="Name", code="Code", external_id="Key"), source="s")
    assert (await bench.run(made))["counts"] == {"created": ROWS}

    keys = ["C1", "k1", "no"]
    values = {"tenant": bench.company.tenant_id, "of": "customers", "source": "s", "keys": keys}
    for statement, index, key in (
        (compiled(_linked()), "external_ids_key", "k1"),
        (compiled(_taken(RESOURCES["customers"], "code")), "customers_code_key", "C1"),
    ):
        arguments = statement.arguments({**values, "values": keys})
        async with admin.transaction():
            await admin.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            plan = "\n".join(row[0] for row in await admin.fetch(f"EXPLAIN {statement.sql}", *arguments))
        assert f"using {index}" in plan or f"on {index}" in plan, plan
        assert [row[0] for row in await admin.fetch(statement.sql, *arguments)] == [key]
