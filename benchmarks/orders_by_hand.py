"""Placing an order as an expert would write it without the kit: every row that the API writes, one statement for each table.

Product, customer and warehouse are read and held, levels locked in their order, sums reckoned line by line; the number is
asked for after the stock, because those who ask for numbers wait for each other until the commit.
"""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson
from by_hand import LIVE, Hand, answer, beside
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from crm_api.kit import clock
from crm_api.kit.ids import new_id
from crm_api.kit.principal import Permission, Principal, Reach
from crm_api.kit.searching import misspellings, phrase
from crm_api.server.asgi import app
from crm_api.text import grams, sort_key

PLACE = Permission("orders", "create")
CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def money(amount: Decimal) -> dict[str, str]:
    return {"amount": f"{amount:.2f}", "currency": "CNY"}


def told(row: dict[str, Any], *amounts: str) -> dict[str, Any]:
    """A new row as its event tells it."""
    shown = {**row, **{name: money(row[name]) for name in amounts}}
    plain = {
        key: str(value) if isinstance(value, datetime | Decimal) else value for key, value in shown.items()
    }
    return {key: {"from": None, "to": value} for key, value in plain.items()}


class Till(Hand):
    """Orders."""

    async def place(self, request: Request) -> Response:
        principal = await self.principal(request)
        if principal.reach(PLACE) is Reach.NONE:
            return answer({"error": "forbidden"}, 403)
        given = orjson.loads(await request.body())
        async with self.crm.state.edge.pool.acquire() as connection:
            await connection.execute(f"BEGIN; SET LOCAL app.tenant_id = '{principal.tenant_id}'")
            status, content = await Placing(connection, principal, given).place()
            await connection.execute("COMMIT" if status == 201 else "ROLLBACK")
        return answer(content, status)


class Placing:
    """One order in one transaction."""

    def __init__(self, connection: Any, principal: Principal, given: dict[str, Any]) -> None:
        self.connection, self.me, self.given = connection, principal, given
        self.at, self.order_id = clock.now(), new_id()
        self.events: list[tuple[Any, ...]] = []

    async def place(self) -> tuple[int, dict[str, Any]]:
        tenant, given = self.me.tenant_id, self.given
        ids = [line["product_id"] for line in given["lines"]]
        goods = {row["id"]: row for row in await self.connection.fetch(PRODUCTS, tenant, ids)}
        theirs = await self.connection.fetchval(CUSTOMER, tenant, given["customer_id"], self.me.id)
        if len(goods) < len(ids) or theirs is None:
            return 422, {"error": "not found"}
        if await self.connection.fetchval(WAREHOUSE, tenant, given["warehouse_id"]) is None:
            return 422, {"error": "no warehouse"}
        lines = [
            self.line(place, item, goods[item["product_id"]]) for place, item in enumerate(given["lines"])
        ]
        if not await self.reserve(lines):
            return 409, {"error": "not available"}
        return 201, await self.write(lines)

    def line(self, place: int, item: dict[str, Any], good: Any) -> dict[str, Any]:
        quantity, price = Decimal(item["quantity"]), Decimal(item["unit_price"]["amount"])
        net = cents(quantity * price)
        tax = cents(net * good["tax_rate"] / 100)
        return {
            "id": new_id(),
            "product_id": item["product_id"],
            "description": good["name"],
            "quantity": quantity,
            "unit": good["unit"],
            "unit_price": price,
            "tax_rate": good["tax_rate"],
            "net_amount": net,
            "tax_amount": tax,
            "gross_amount": net + tax,
            "position": place,
            "unit_cost": good["cost"],
            "unit_cost_currency": good["cost_currency"],
        }

    async def reserve(self, lines: list[dict[str, Any]]) -> bool:
        tenant, me, at, warehouse = self.me.tenant_id, self.me.id, self.at, self.given["warehouse_id"]
        levels = {
            row["product_id"]: row
            for row in await self.connection.fetch(
                LEVELS, tenant, warehouse, [line["product_id"] for line in lines]
            )
        }
        changed, movements = [], []
        for line in lines:
            level, quantity = levels[line["product_id"]], line["quantity"]
            reserved, available = level["reserved"] + quantity, level["available"] - quantity
            if available < 0:
                return False
            changed.append((tenant, level["id"], reserved, available, at, me, level["version"] + 1))
            moved = {
                "reserved": {"from": str(level["reserved"]), "to": str(reserved)},
                "available": {"from": str(level["available"]), "to": str(available)},
            }
            self.tell("stock_level.moved", "stock_levels", level["id"], level["version"] + 1, moved)
            movement = new_id()
            movements.append(
                (tenant, movement, warehouse, line["product_id"], quantity, self.order_id, at, me)
            )
            booked = {"id": movement, "kind": "reservation", "warehouse_id": warehouse, "quantity": quantity}
            booked |= {"product_id": line["product_id"], "source_type": "orders", "source_id": self.order_id}
            self.tell("stock_movement.created", "stock_movements", movement, 1, told(booked))
        await self.connection.executemany(MOVE_LEVEL, changed)
        await self.connection.executemany(CREATE_MOVEMENT, movements)
        return True

    async def write(self, lines: list[dict[str, Any]]) -> dict[str, Any]:
        tenant, me, at, order_id = self.me.tenant_id, self.me.id, self.at, self.order_id
        name, customer, warehouse = (self.given[key] for key in ("name", "customer_id", "warehouse_id"))
        net = sum((line["net_amount"] for line in lines), Decimal(0))
        tax = sum((line["tax_amount"] for line in lines), Decimal(0))
        today = clock.today(self.me.time_zone)
        taken = await self.connection.fetchval(NEXT_NUMBER, tenant, today.year)
        number, gross, team = f"S{today.year}-{taken:05d}", net + tax, self.me.team_id
        await self.connection.execute(
            CREATE_ORDER, tenant, order_id, number, name, sort_key(name), customer, warehouse, net, tax, gross, me,
            team, at,
        )  # fmt: skip
        await self.connection.executemany(CREATE_LINE, [(tenant, order_id, *line.values()) for line in lines])
        owed = new_id()
        await self.connection.execute(
            CREATE_RECEIVABLE, tenant, owed, number, today, gross, customer, order_id, me, team, at
        )
        await self.connection.executemany(
            CREATE_PERIOD,
            [
                (tenant, new_id(), resource, record, me, team, at)
                for resource, record in (("orders", order_id), ("receivables", owed))
            ],
        )
        words = sorted(grams(name, number) | misspellings(name))
        await self.connection.execute(CREATE_DOCUMENT, tenant, order_id, phrase(name), words)
        order = {
            "id": order_id, "number": number, "name": name, "customer_id": customer, "warehouse_id": warehouse,
            "status": "placed", "payment_status": "unpaid", "payment_terms": "prepaid", "currency": "CNY",
            "tax_mode": "exclusive", "net_amount": net, "tax_amount": tax, "gross_amount": gross, "owner_id": me,
            "team_id": team, "status_entered_at": at,
        }  # fmt: skip
        due = {"id": owed, "name": number, "due_on": str(today), "amount": gross, "status": "open"}
        due |= {"order_id": order_id, "customer_id": customer, "owner_id": me, "team_id": team}
        amounts = ("net_amount", "tax_amount", "gross_amount")
        self.tell("order.created", "orders", order_id, 1, told(order, *amounts), owned=True)
        self.tell("receivable.created", "receivables", owed, 1, told(due, "amount"), owned=True)
        await self.connection.executemany(CREATE_EVENT, self.events)
        stamps = {"created_at": at, "created_by": me, "updated_at": at, "updated_by": me, "version": 1}
        return {**order, **{key: money(order[key]) for key in amounts}, **stamps, "lines": lines}

    def tell(
        self, kind: str, resource: str, record: Any, version: int, changes: Any, *, owned: bool = False
    ) -> None:
        owner = (self.me.id, self.me.team_id) if owned else (None, None)
        fact = (kind, resource, record, version, *owner, self.me.id, changes)
        self.events.append((self.me.tenant_id, new_id(), self.at, *fact))


PRODUCTS = (
    f"SELECT id::text, name, unit, tax_rate, cost, cost_currency FROM products WHERE {LIVE} AND id = ANY($2::uuid[])"
    " AND lifecycle = 'active' ORDER BY id FOR SHARE"
)
CUSTOMER = f"SELECT 1 FROM customers WHERE {LIVE} AND id = $2 AND owner_id = $3"
WAREHOUSE = f"SELECT 1 FROM warehouses WHERE {LIVE} AND id = $2 FOR SHARE"
LEVELS = (
    "SELECT id::text, product_id::text, reserved, available, version FROM stock_levels"
    " WHERE tenant_id = $1 AND warehouse_id = $2 AND product_id = ANY($3::uuid[]) ORDER BY product_id FOR NO KEY UPDATE"
)
MOVE_LEVEL = (
    "UPDATE stock_levels SET reserved = $3, available = $4, low = coalesce($4 < reorder_point, false), updated_at = $5,"
    " updated_by = $6, version = $7 WHERE tenant_id = $1 AND id = $2"
)
CREATE_MOVEMENT = (
    "INSERT INTO stock_movements (tenant_id, id, kind, warehouse_id, product_id, quantity, on_hand_change, reserved_change,"
    " source_type, source_id, created_at, created_by, updated_at, updated_by, version)"
    " VALUES ($1, $2, 'reservation', $3, $4, $5, 0, $5, 'orders', $6, $7, $8, $7, $8, 1)"
)
NEXT_NUMBER = (
    "INSERT INTO number_series AS n (tenant_id, series, year, taken) VALUES ($1, 'orders', $2, 1)"
    " ON CONFLICT (tenant_id, series, year) DO UPDATE SET taken = n.taken + 1 RETURNING taken"
)
CREATE_ORDER = (
    "INSERT INTO orders (tenant_id, id, number, name, name_sort, customer_id, warehouse_id, payment_terms, status,"
    " status_entered_at, payment_status, paid_amount, paid_amount_currency, returned_amount, returned_amount_currency,"
    " refund_due, refund_due_currency, currency, tax_mode, discount_amount, discount_amount_currency, net_amount,"
    " net_amount_currency, tax_amount, tax_amount_currency, gross_amount, gross_amount_currency, owner_id, team_id,"
    " external_ids, custom_fields, created_at, created_by, updated_at, updated_by, version)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, 'prepaid', 'placed', $13, 'unpaid', 0, 'CNY', 0, 'CNY', 0, 'CNY', 'CNY',"
    " 'exclusive', 0, 'CNY', $8, 'CNY', $9, 'CNY', $10, 'CNY', $11, $12, '[]', '{}', $13, $11, $13, $11, 1)"
)
CREATE_LINE = (
    "INSERT INTO order_lines (tenant_id, order_id, id, product_id, description, quantity, unit, unit_price,"
    " unit_price_currency, discount_amount, discount_amount_currency, tax_rate, net_amount, net_amount_currency, tax_amount,"
    " tax_amount_currency, gross_amount, gross_amount_currency, position, unit_cost, unit_cost_currency, cost_rate,"
    " stocked, reserved, shipped, returned, cancelled)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'CNY', 0, 'CNY', $9, $10, 'CNY', $11, 'CNY', $12, 'CNY', $13, $14, $15, 1, true, $6, 0, 0, 0)"
)
CREATE_RECEIVABLE = (
    "INSERT INTO receivables (tenant_id, id, name, due_on, amount, amount_currency, paid_amount, paid_amount_currency, status,"
    " status_entered_at, customer_id, order_id, owner_id, team_id, external_ids, custom_fields, created_at, created_by,"
    " updated_at, updated_by, version)"
    " VALUES ($1, $2, $3, $4, $5, 'CNY', 0, 'CNY', 'open', $10, $6, $7, $8, $9, '[]', '{}', $10, $8, $10, $8, 1)"
)
CREATE_PERIOD = (
    "INSERT INTO ownership_periods (tenant_id, id, resource, record_id, owner_id, team_id, started_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
)
CREATE_DOCUMENT = "INSERT INTO search_documents (tenant_id, id, resource, title, grams, sensitive_grams) VALUES ($1, $2, 'orders', $3, $4, '{}')"
CREATE_EVENT = (
    "WITH fact AS (INSERT INTO events (tenant_id, id, created_at, type, schema_version, resource, record_id, version, owner_id,"
    " team_id, actor_id, changes) VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11))"
    " INSERT INTO pending_events (tenant_id, id, created_at, log) VALUES ($1, $2, $3, 'events')"
)


def both() -> ASGIApp:
    """The API, and under `/hand` its twin."""
    crm = app()
    return beside(crm, Route("/hand/orders", Till(crm).place, methods=["POST"]))
