"""A company that makes contracts: a customer, products with prices, both signatories."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.factories.approvals import users, yuan
from tests.factories.companies import Actor, Company

ANY = {"If-Match": "*"}
SIGNATORIES = [{"side": "ours", "name": "王强"}, {"side": "theirs", "name": "李娜", "title": "采购经理"}]


@dataclass
class Registry:
    """Whose contracts these are."""

    company: Company
    customer: str
    product: str

    @property
    def body(self) -> dict[str, Any]:
        """Two gateways, 226 CNY with tax."""
        return {
            "name": "网关年度框架合同",
            "customer_id": self.customer,
            "lines": [{"product_id": self.product, "quantity": "2"}],
            "signatories": SIGNATORIES,
        }

    async def draft(self, actor: Actor | None = None, **body: Any) -> dict[str, Any]:
        return await (actor or self.company.owner).create("/contracts", **{**self.body, **body})

    async def ask(
        self, contract: dict[str, Any], verb: str, actor: Actor | None = None, **body: Any
    ) -> httpx.Response:
        """POST a verb, whatever the version."""
        sent = {"json": body} if body else {}
        path = f"/contracts/{contract['id']}/{verb}"
        return await (actor or self.company.owner).http.post(path, headers=ANY, **sent)

    async def did(self, contract: dict[str, Any], *verbs: str) -> dict[str, Any]:
        """Verbs that must succeed; the answer of the last."""
        for verb in verbs:
            answer = await self.ask(contract, verb, **REASONS.get(verb, {}))
            assert answer.is_success, (verb, answer.text)
            contract = {**answer.json()}
        return contract

    async def change(self, contract: dict[str, Any], **body: Any) -> httpx.Response:
        path = f"/contracts/{contract['id']}"
        return await self.company.owner.http.patch(path, json=body, headers=ANY)

    async def now(self, contract: dict[str, Any]) -> dict[str, Any]:
        """As it is stored."""
        return dict((await self.company.owner.http.get(f"/contracts/{contract['id']}")).json())

    async def flow(self, *people: Actor, **more: Any) -> dict[str, Any]:
        """Contracts are approved by any of these."""
        body = {"name": "Contracts", "resource": "contracts", "nodes": [users("any", *people)], **more}
        return await self.company.owner.create("/approval-flows", **body)

    async def approval(self, contract: dict[str, Any]) -> dict[str, Any]:
        """The latest approval of a contract."""
        query = f"?subject_type=contracts&subject_id={contract['id']}"
        return dict((await self.company.owner.http.get(f"/approvals{query}")).json()["data"][0])


REASONS: dict[str, dict[str, Any]] = {
    "terminate": {"reason": "客户停止采购"},
    "void": {"reason": "重复录入"},
}


async def open_registry(company: Company) -> Registry:
    owner = company.owner
    customer = await owner.create("/customers", name="上海智达科技有限公司", owner_id=None)
    product = await owner.create(
        "/products", code="G2", name="智能网关 G2", unit="台", list_price=yuan("100"), tax_rate="13"
    )
    return Registry(company, customer["id"], product["id"])
