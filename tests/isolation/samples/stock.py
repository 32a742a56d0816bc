"""Warehouses, what is in them, and what changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.isolation.samples.company import PRICE, links

if TYPE_CHECKING:
    from tests.isolation.worlds import World

ORDER = ("warehouses", "stock_levels", "stock_movements")


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
}
SAMPLES = {
    "warehouses_update": lambda w, r: {"name": f"{w.mark} other {w._count}"},
    "stock_levels_update": lambda w, r: {"reorder_point": str(w._count)},
}
INNER: dict[str, Any] = {}
PARAMETERS: dict[str, Any] = {}
KEYS: dict[str, str] = {}
STEPS: dict[str, Any] = {}
