"""Warehouses, what is in them, what changes it, and the orders that take from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.isolation.samples.company import PRICE, links

if TYPE_CHECKING:
    from tests.isolation.worlds import World

ORDER = ("warehouses", "stock_levels", "stock_movements", "orders")


async def _stock_level(w: World) -> dict[str, Any]:
    """The level of a product of its own in a warehouse of its own; later movements take from it."""
    code = w.fresh("S")
    product = await w.owner.create("/products", code=code, name=code, stocked=True, list_price=PRICE)
    warehouse = await w.make("warehouses")
    place = {"product_id": product["id"], "warehouse_id": warehouse["id"]}
    await w.owner.create("/stock-movements", kind="receipt", quantity="1000", note=code, **place)
    w.ids |= {"stocked_product": product["id"], "stocked_warehouse": warehouse["id"]}
    listed = await w.owner.http.get(f"/stock-levels?product_id={product['id']}")
    return dict(listed.json()["data"][0])


MADE = {"stock_levels": _stock_level}
BODIES = {
    "warehouses": lambda w, name, code: {"name": name, "code": code, "external_ids": links(code)},
    "stock_movements": lambda w, name, code: {
        "kind": "transfer",
        "warehouse_id": w.ids["stocked_warehouse"],
        "to_warehouse_id": w.ids["warehouse"],
        "product_id": w.ids["stocked_product"],
        "quantity": "1",
        "note": name,
    },
    "orders": lambda w, name, code: {
        "name": name,
        "customer_id": w.ids["customer"],
        "contact_id": w.ids["contact"],
        "opportunity_id": w.ids["opportunity"],
        "warehouse_id": w.ids["stocked_warehouse"],
        "payment_terms": "credit",
        "owner_id": w.ids["user"],
        "lines": [{"product_id": w.ids["stocked_product"], "quantity": "2", "promised_on": "2026-02-01"}],
        "external_ids": links(code),
    },
}


def _first_line(r: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"lines": [{"line_id": r["lines"][0]["id"], **more}]}


SAMPLES = {
    "warehouses_update": lambda w, r: {"name": f"{w.mark} other {w._count}"},
    "stock_levels_update": lambda w, r: {"reorder_point": str(w._count)},
    "orders_update": lambda w, r: {
        "notes": f"{w.mark} other {w._count}",
        "opportunity_id": w.ids["opportunity"],
    },
    "orders_assign": lambda w, r: {"owner_id": w.ids["user"]},
    "orders_ship": lambda w, r: _first_line(r, quantity="1"),
    "orders_return": lambda w, r: _first_line(r, quantity="1") | {"warehouse_id": w.ids["warehouse"]},
    "orders_cancel_remainder": lambda w, r: _first_line(r, quantity="1") | {"cancel_reason": w.mark},
    "orders_cancel": lambda w, r: {"cancel_reason": w.mark},
    "orders_postpone": lambda w, r: _first_line(r, promised_on="2026-03-01") | {"reason": "other"},
}
INNER: dict[str, Any] = {}
PARAMETERS: dict[str, Any] = {}
KEYS: dict[str, str] = {}
PICKED = (("/pick", None),)
PACKED = (*PICKED, ("/pack", None))
SHIPPED = (*PACKED, ("/ship", None))
STEPS: dict[str, Any] = {
    "orders_pack": PICKED,
    "orders_ship": PACKED,
    "orders_deliver": SHIPPED,
    "orders_return": SHIPPED,
    "orders_cancel_remainder": (*PACKED, ("/ship", lambda w, r: _first_line(r, quantity="1"))),
    "orders_shipments": SHIPPED,
    "orders_close": (*SHIPPED, ("/deliver", None)),
}
