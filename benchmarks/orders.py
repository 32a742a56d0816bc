"""Placing orders of five lines: requests a second beside a hand-written handler, on the same data in the same run.

    uv run python benchmarks/orders.py [--rows N] [--seconds S] [--rounds N] [--data DIR]

An order reserves five products and writes itself, its lines, five movements, what is owed for it, its number, its ownership
and twelve events; by hand that is one statement for each table, and first it is shown that both write the same number
of rows into the same tables. No two orders under way ask for the same product, so that what they wait for is the number.
"""

import argparse
import asyncio
import random
from collections import Counter

import asyncpg
from read_path import line
from stage import Cast, arguments, compare, free_port, load, prepared, request, worker

from crm_api.kit.ids import new_id
from crm_api.settings import Settings

PRODUCTS, LINES = 2_000, 5
TABLES = (
    *("orders", "order_lines", "stock_levels", "stock_movements", "receivables", "number_series"),
    *("ownership_periods", "events", "pending_events", "search_documents"),
)


def main() -> None:
    options = arguments(__doc__.splitlines()[0], rows=10_000)
    with prepared(options.data, options.rows) as (settings, big, _):
        warehouse, products = asyncio.run(stock(settings, big))
        port = free_port()
        with worker(settings, port, "orders_by_hand:both"):
            measure(settings, port, big, bodies(big, warehouse, products), options)


def bodies(big: Cast, warehouse: str, products: list[str]) -> list[dict[str, object]]:
    """Orders of which only those that lie far apart ask for the same product."""
    chance = random.Random(7)
    return [
        {
            "name": f"Order {chance.randrange(10**9)}",
            "customer_id": chance.choice(big.ids["own"]),
            "warehouse_id": warehouse,
            "lines": [
                {
                    "product_id": product,
                    "quantity": str(chance.randrange(1, 9)),
                    "unit_price": {"amount": f"{chance.randrange(1, 99_999) / 100:.2f}", "currency": "CNY"},
                }
                for product in products[first : first + LINES]
            ],
        }
        for first in range(0, PRODUCTS, LINES)
    ]


def measure(
    settings: Settings, port: int, big: Cast, asked: list[dict[str, object]], options: argparse.Namespace
) -> None:
    ours, theirs = (
        [request(big.tokens["own"], f"{root}/orders", body) for body in asked]
        for root in ("/api/v1", "/hand")
    )
    rows = [asyncio.run(written(settings, port, side)) for side in (ours, theirs)]
    print(f"rows an order: {dict(rows[0])}")
    assert rows[0] == rows[1], f"by hand: {rows[1]}"
    line("place an order, own", *compare(port, ours, theirs, options), 0.5)


async def written(settings: Settings, port: int, side: list[bytes]) -> Counter[str]:
    """How many rows of each table an order inserts or updates, of those that one short round places."""
    connection = await asyncpg.connect(settings.admin_dsn)
    try:
        before = await _touched(connection)
        await asyncio.to_thread(load, port, side, 2)
        await asyncio.sleep(1.5)  # what the server has counted is told with a delay
        after = await _touched(connection)
    finally:
        await connection.close()
    orders = after["orders"] - before["orders"]
    return Counter({name: round((after[name] - before[name]) / orders) for name in TABLES})


async def _touched(connection: asyncpg.Connection) -> Counter[str]:
    rows = await connection.fetch(_TOUCHED, TABLES)
    return Counter({row["name"]: row["touched"] for row in rows})


async def stock(settings: Settings, big: Cast) -> tuple[str, list[str]]:
    """A warehouse with more of each product than is ever asked for."""
    connection = await asyncpg.connect(settings.admin_dsn)
    warehouse, products = new_id(), [new_id() for _ in range(PRODUCTS)]
    try:
        owner = await connection.fetchval(
            "SELECT id::text FROM users WHERE tenant_id = $1 LIMIT 1", big.tenant
        )
        await connection.execute(_WAREHOUSE, big.tenant, warehouse, owner, warehouse[-12:])
        await connection.executemany(
            _PRODUCT, [(big.tenant, product, owner, product[-12:]) for product in products]
        )
        await connection.executemany(
            _LEVEL, [(big.tenant, new_id(), owner, warehouse, product) for product in products]
        )
        await connection.execute("ANALYZE products, stock_levels")
    finally:
        await connection.close()
    return warehouse, products


# a table in parts is what its parts are
_TOUCHED = (
    "SELECT coalesce(whole.relname, s.relname) AS name, sum(n_tup_ins + n_tup_upd)::bigint AS touched FROM pg_stat_user_tables s"
    " LEFT JOIN pg_inherits i ON i.inhrelid = s.relid LEFT JOIN pg_class whole ON whole.oid = i.inhparent"
    " WHERE coalesce(whole.relname, s.relname) = ANY($1) GROUP BY 1"
)
_WAREHOUSE = (
    "INSERT INTO warehouses (tenant_id, id, code, name, name_sort, external_ids, custom_fields, created_at, created_by, updated_at,"
    " updated_by, version) VALUES ($1, $2, $4, $4, $4, '[]', '{}', now(), $3, now(), $3, 1)"
)
_PRODUCT = (
    "INSERT INTO products (tenant_id, id, code, code_sort, name, name_sort, unit, tax_rate, cost, cost_currency, lifecycle, stocked, external_ids,"
    " custom_fields, created_at, created_by, updated_at, updated_by, version)"
    " VALUES ($1, $2, $4, $4, $4, $4, 'piece', 13, 10, 'CNY', 'active', true, '[]', '{}', now(), $3, now(), $3, 1)"
)
_LEVEL = (
    "INSERT INTO stock_levels (tenant_id, id, warehouse_id, product_id, on_hand, reserved, available, set_aside, low, created_at,"
    " created_by, updated_at, updated_by, version) VALUES ($1, $2, $4, $5, 1000000000, 0, 1000000000, 0, false, now(), $3, now(), $3, 1)"
)


if __name__ == "__main__":
    main()
