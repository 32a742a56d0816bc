"""A company that is ready to sell: stages by key, a customer, a product."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.factories.companies import Actor, Company

USD = "USD"


@dataclass(frozen=True)
class Desk:
    """What a deal needs; `product` costs 10.50 USD."""

    company: Company
    pipeline: str
    stages: dict[str, str]
    customer: str
    product: str

    @property
    def http(self) -> httpx.AsyncClient:
        return self.company.owner.http

    async def deal(self, actor: Actor | None = None, **body: Any) -> dict[str, Any]:
        """An open opportunity of two pieces for the customer, unless the body says otherwise."""
        given = {"name": "Deal", "customer_id": self.customer, "lines": [self.line("2")], **body}
        return await (actor or self.company.owner).create("/opportunities", **given)

    async def won(self, **body: Any) -> dict[str, Any]:
        """A deal that is won."""
        made = await self.deal(**body)
        answer = await self.http.post(f"/opportunities/{made['id']}/win")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def line(self, quantity: str, **more: Any) -> dict[str, Any]:
        return {"product_id": self.product, "quantity": quantity, **more}


async def prepare(company: Company) -> Desk:
    """The default pipeline with a customer and a product that nobody owns."""
    pipeline = (await company.owner.http.get("/pipelines")).json()["data"][0]
    customer = await company.owner.create("/customers", name="Acme", owner_id=None)
    product = await company.owner.create("/products", code="G1", name="Gateway", list_price=dollars("10.5"))
    stages = {stage["key"]: stage["id"] for stage in pipeline["stages"]}
    return Desk(company, pipeline["id"], stages, customer["id"], product["id"])


def dollars(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": USD}


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    """Pointer and code of every fault of a 422."""
    assert answer.status_code == 422, answer.text
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    return answer.status_code, answer.json()["code"]
