"""A company with goods in a warehouse, booked over HTTP, and what its ledger must always come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import httpx

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company


class Asked(NamedTuple):
    """How an action is asked for, and what the answer is; `deleted`: of a warehouse that was deleted before."""

    method: str
    path: str
    status: int = 200
    body: Mapping[str, str] | None = None
    deleted: bool = False


@dataclass
class Store:
    """One warehouse and the products in it, by code."""

    company: Company
    warehouse: str = ""
    products: dict[str, str] = field(default_factory=dict)

    async def furnish(self, **quantities: int) -> None:
        """A warehouse, and so much of each product in it."""
        if not self.warehouse:
            self.warehouse = (await self.company.owner.create("/warehouses", code="SH-1", name="上海一号仓"))[
                "id"
            ]
        for code, quantity in quantities.items():
            price = {"amount": "100", "currency": "CNY"}
            body = {"code": code, "name": code, "stocked": True, "list_price": price}
            self.products[code] = (await self.company.owner.create("/products", **body))["id"]
            if quantity:
                await self.done("receipt", code, quantity)

    async def book(self, kind: str, code: str, quantity: Any, **more: Any) -> httpx.Response:
        """A movement."""
        body = {"warehouse_id": self.warehouse, "product_id": self.products[code], "quantity": str(quantity)}
        return await self.company.owner.http.post("/stock-movements", json={"kind": kind, **body, **more})

    async def done(self, kind: str, code: str, quantity: Any, **more: Any) -> dict[str, Any]:
        """A movement that must succeed."""
        answer = await self.book(kind, code, quantity, **more)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def level(self, code: str, warehouse: str | None = None) -> dict[str, Any]:
        """The level of a product."""
        asked = {"product_id": self.products[code], "warehouse_id": warehouse or self.warehouse}
        (found,) = (await self.company.owner.http.get("/stock-levels", params=asked)).json()["data"]
        return dict(found)

    async def counts(self, code: str, warehouse: str | None = None) -> tuple[str, str, str]:
        """On hand, reserved, available."""
        found = await self.level(code, warehouse)
        return found["on_hand"], found["reserved"], found["available"]

    async def check_roles(self, may: Mapping[str, set[str]], asked: Mapping[str, Asked]) -> None:
        """Every role asks for everything: what it may do is done, what it may not leaves no trace.

        `{names}` in a path or a body are ids of the store.
        """
        assert set(may) == set(DEFAULT_ROLES)
        tables = ("warehouses", "products", "stock_levels", "stock_movements", "events")
        (movement,) = await self.company.rows("stock_movements")
        names = {"warehouse": self.warehouse, "product": self.products["P"], "movement": str(movement["id"])}
        names["level"] = (await self.level("P"))["id"]
        for number, (role, actions) in enumerate(may.items()):
            actor = await self.company.user(role)
            for action, one in asked.items():
                fresh = {**names, "fresh": f"W{number}", "count": str(number)}
                fresh["empty"] = (
                    await self.company.owner.create("/warehouses", code=f"{role} {action}", name="E")
                )["id"]
                if one.deleted:
                    await self.company.owner.http.delete(f"/warehouses/{fresh['empty']}")
                before = await self.company.digest(*tables)
                answer = await actor.http.request(
                    one.method,
                    one.path.format(**fresh),
                    json={key: text.format(**fresh) for key, text in one.body.items()} if one.body else None,
                )
                assert answer.status_code == (one.status if action in actions else 403), (role, action)
                changes = action in actions and one.method != "GET"
                assert (await self.company.digest(*tables) != before) is changes, (role, action)

    async def check_ledger(self) -> None:
        """Every level is what its movements come to, and promises nothing that is not there."""
        sums: dict[tuple[str, str], list[Decimal]] = {}
        for row in await self.company.rows("stock_movements"):
            here = sums.setdefault((row["warehouse_id"], row["product_id"]), [Decimal(0), Decimal(0)])
            here[0] += row["on_hand_change"]
            here[1] += row["reserved_change"]
            if row["to_warehouse_id"]:
                there = sums.setdefault((row["to_warehouse_id"], row["product_id"]), [Decimal(0), Decimal(0)])
                there[0] += row["quantity"]
        levels = await self.company.rows("stock_levels")
        assert {
            (row["warehouse_id"], row["product_id"]): [row["on_hand"], row["reserved"]] for row in levels
        } == sums
        assert all(0 <= row["reserved"] <= row["on_hand"] for row in levels)
