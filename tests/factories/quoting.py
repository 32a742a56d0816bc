"""A company that quotes: a customer, products with prices, and drafts."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.factories.approvals import users
from tests.factories.companies import Actor, Company

ANY = {"If-Match": "*"}
FAR = "2099-12-31"
HOLDER = {"decided_by_name": "李娜", "decided_by_email": "Li.Na@zhida.example"}


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


@dataclass
class Desk:
    """Who quotes what to whom."""

    company: Company
    customer: dict[str, Any]
    gateway: dict[str, Any]
    cable: dict[str, Any]

    @property
    def body(self) -> dict[str, Any]:
        """A quote over two gateways and half a cable."""
        return {
            "name": "网关 2 台",
            "customer_id": self.customer["id"],
            "valid_until": FAR,
            "lines": [
                {"product_id": self.gateway["id"], "quantity": "2"},
                {"product_id": self.cable["id"], "quantity": "0.5", "unit_price": cny("0.25")},
            ],
        }

    async def draft(self, **body: Any) -> dict[str, Any]:
        """A new draft of the owner's."""
        return await self.company.owner.create("/quotes", **{**self.body, **body})

    async def do(self, quote: dict[str, Any], verb: str, **body: Any) -> httpx.Response:
        """POST a verb as the owner, whatever the version."""
        sent = {"json": body} if body else {}
        return await self.company.owner.http.post(f"/quotes/{quote['id']}/{verb}", headers=ANY, **sent)

    async def change(self, quote: dict[str, Any], **body: Any) -> httpx.Response:
        return await self.company.owner.http.patch(f"/quotes/{quote['id']}", json=body, headers=ANY)

    async def accepted(self, **body: Any) -> dict[str, Any]:
        """An accepted quote."""
        answer = await self.do(await self.sent(**body), "accept")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def sent(self, **body: Any) -> dict[str, Any]:
        """A sent quote with the token of its link in `secret`."""
        answer = await self.do(await self.draft(**body), "send")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def quote(self, quote: dict[str, Any]) -> dict[str, Any]:
        """As it is now."""
        return dict((await self.company.owner.http.get(f"/quotes/{quote['id']}")).json())

    async def flow(self, *people: Actor, **more: Any) -> dict[str, Any]:
        """Quotes are approved by any of these."""
        body = {"name": "Quotes", "resource": "quotes", "nodes": [users("any", *people)], **more}
        return await self.company.owner.create("/approval-flows", **body)

    async def put(self, quote: dict[str, Any], **values: str) -> None:
        """Change the stored row, as time does."""
        changes = ", ".join(f"{name} = {value}" for name, value in values.items())
        async with self.company.served.pool.acquire() as connection, connection.transaction():
            await connection.execute(f"SET LOCAL app.tenant_id = '{self.company.tenant_id}'")
            await connection.execute(f"UPDATE quotes SET {changes} WHERE id = '{quote['id']}'")


async def open_desk(company: Company) -> Desk:
    """A customer and two products."""
    owner = company.owner
    return Desk(
        company,
        await owner.create("/customers", name="上海智达科技有限公司"),
        await owner.create(
            "/products", code="G2", name="智能网关 G2", unit="台", list_price=cny("100.50"), tax_rate="13"
        ),
        await owner.create("/products", code="C1", name="网线", unit="米"),
    )
