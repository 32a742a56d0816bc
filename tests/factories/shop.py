"""A store with a customer who orders from it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from crm_api.kit.principal import Permission, Principal
from crm_api.kit.uow import UnitOfWork
from crm_api.roles import rights
from crm_api.sales.orders.service import OrderService
from tests.factories.companies import Actor
from tests.factories.stock import Store

ANY = {"If-Match": "*"}


@dataclass
class Shop(Store):
    """Orders are on credit unless the test says otherwise: nothing is paid here."""

    customer: str = ""
    placed: list[str] = field(default_factory=list)

    async def open(self, **quantities: int) -> None:
        """Goods, and somebody who buys them."""
        await self.furnish(**quantities)
        self.customer = (await self.company.owner.create("/customers", name="智达科技"))["id"]

    def body(self, *lines: tuple[str, Any], **more: Any) -> dict[str, Any]:
        """An order of so much of each product, by code."""
        listed = [{"product_id": self.products[code], "quantity": str(quantity)} for code, quantity in lines]
        base = {"name": "网关", "customer_id": self.customer, "payment_terms": "credit", "lines": listed}
        return {**base, **more}

    async def ask(self, *lines: tuple[str, Any], actor: Actor | None = None, **more: Any) -> httpx.Response:
        """Place an order."""
        return await (actor or self.company.owner).http.post("/orders", json=self.body(*lines, **more))

    async def place(self, *lines: tuple[str, Any], **more: Any) -> dict[str, Any]:
        """An order that must be placed."""
        answer = await self.ask(*lines, **more)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def do(self, order_id: str, verb: str, body: Any = None, headers: Any = None) -> httpx.Response:
        """One verb."""
        sent = {} if body is None else {"json": body}
        path = f"/orders/{order_id}/{verb}"
        return await self.company.owner.http.post(path, headers=headers or ANY, **sent)

    async def through(self, order_id: str, *verbs: str) -> dict[str, Any]:
        """Several verbs that must succeed."""
        for verb in verbs:
            answer = await self.do(order_id, verb)
            assert answer.status_code == 200, (verb, answer.text)
        return dict(answer.json())

    async def pay(self, order_id: str, paid: str) -> dict[str, Any]:
        """What a payment does, as whoever keeps payments will."""
        owner, tenant = self.company.owner, self.company.tenant_id
        reaches, restrictions = rights(("company_owner",))
        principal = Principal(tenant, owner.id, reaches=reaches, restrictions=restrictions)
        unit = UnitOfWork(self.company.served.pool, principal, Permission("orders", "update"))
        try:
            answer = await OrderService(unit).settle(order_id, Decimal(paid))
            await unit.commit()
        finally:
            await unit.close()
        return answer

    async def check_orders(self) -> None:
        """What lines say is what stock says, and no line is shipped beyond what was bought."""
        await self.check_ledger()
        reserved: dict[str, Decimal] = {}
        for line in await self.company.rows("order_lines"):
            assert 0 <= line["returned"] <= line["shipped"] <= line["quantity"], line
            assert line["reserved"] + line["shipped"] + line["cancelled"] <= line["quantity"], line
            product = str(line["product_id"])
            reserved[product] = reserved.get(product, Decimal(0)) + line["reserved"]
        for level in await self.company.rows("stock_levels"):
            assert level["reserved"] - level["set_aside"] == reserved.get(str(level["product_id"]), 0), level
