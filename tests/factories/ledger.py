"""A company that is owed money: a customer, contracts and orders, what is due and what came in."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx

from tests.factories.companies import Actor, Company
from tests.factories.contracts import ANY, SIGNATORIES


def money(amount: str, currency: str = "CNY") -> dict[str, str]:
    """`100 USD` is in dollars."""
    amount, _, named = amount.partition(" ")
    currency = named or currency
    return {"amount": amount, "currency": currency}


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code, and the pointer and code of the first fault."""
    problem = answer.json()
    fault = (problem.get("errors") or [{}])[0]
    return answer.status_code, problem["code"], f"{fault.get('pointer', '')} {fault.get('code', '')}".strip()


@dataclass
class Ledger:
    """Whose money it is."""

    company: Company
    customer: str
    service: str

    async def owe(self, amount: str = "100", due_on: str = "2026-01-31", **more: Any) -> dict[str, Any]:
        """A receivable."""
        body = {"name": "尾款", "due_on": due_on, "amount": money(amount), "customer_id": self.customer}
        return await self.company.owner.create("/receivables", **{**body, **more})

    def payment(self, amount: str = "100", **more: Any) -> dict[str, Any]:
        """The body of a payment."""
        body = {"customer_id": self.customer, "received_on": "2026-01-20", "method": "bank_transfer"}
        return {**body, "amount": money(amount), **more}

    async def receive(self, amount: str = "100", **more: Any) -> dict[str, Any]:
        """A payment."""
        return await self.company.owner.create("/payments", **self.payment(amount, **more))

    async def ask(self, path: str, actor: Actor | None = None, **body: Any) -> httpx.Response:
        """POST a verb of a record, whatever its version."""
        sent = {"json": body} if body else {}
        return await (actor or self.company.owner).http.post(path, headers=ANY, **sent)

    async def change(self, path: str, actor: Actor | None = None, /, **body: Any) -> httpx.Response:
        return await (actor or self.company.owner).http.patch(path, json=body, headers=ANY)

    async def get(self, path: str) -> dict[str, Any]:
        answer = await self.company.owner.http.get(path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def allocate(self, payment: dict[str, Any], *parts: tuple[dict[str, Any], str]) -> httpx.Response:
        """Let a payment settle so much of receivables."""
        listed = [{"receivable_id": owed["id"], "amount": money(amount)} for owed, amount in parts]
        return await self.ask(f"/payments/{payment['id']}/allocate", allocations=listed)

    async def contract(self, amount: str = "1000", **more: Any) -> dict[str, Any]:
        """A signed one."""
        body = {"name": "框架合同", "customer_id": self.customer, "signatories": SIGNATORIES}
        made = await self.company.owner.create("/contracts", **{**body, "amount": money(amount), **more})
        for verb in ("submit", "sign"):
            answer = await self.ask(f"/contracts/{made['id']}/{verb}")
            assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def order(self, amount: str = "1000", **more: Any) -> dict[str, Any]:
        """One for a service."""
        lines = [{"product_id": self.service, "unit_price": money(amount)}]
        body = {"name": "安装", "customer_id": self.customer, "lines": lines}
        return await self.company.owner.create("/orders", **{**body, **more})

    async def owed(self, **where: Any) -> list[dict[str, Any]]:
        """The live receivables, by due date."""
        rows = await self.company.rows("receivables", **where)
        live = [row for row in rows if row["deleted_at"] is None and row["status"] != "cancelled"]
        return sorted(live, key=lambda row: row["due_on"])

    async def check(self) -> None:
        """What payments, receivables and orders say of each other is the same."""
        by_payment: Counter[str] = Counter()
        by_receivable: Counter[str] = Counter()
        by_order: Counter[str] = Counter()
        for part in await self.company.rows("payment_allocations"):
            if part["released_on"] is None:
                by_payment[str(part["payment_id"])] += part["amount"]
                by_receivable[str(part["receivable_id"])] += part["amount"]
        refunded: Counter[str] = Counter()
        for part in await self.company.rows("payment_refunds"):
            refunded[str(part["payment_id"])] += part["amount"]
        for row in await self.company.rows("payments"):
            assert row["allocated_amount"] + refunded[str(row["id"])] <= row["amount"], row
            assert row["allocated_amount"] == by_payment[str(row["id"])] <= row["amount"], row
        for row in await self.company.rows("receivables"):
            assert row["paid_amount"] == by_receivable[str(row["id"])] <= row["amount"], row
            by_order[str(row["order_id"])] += row["paid_amount"]
        for row in await self.company.rows("orders"):
            assert row["paid_amount"] == by_order[str(row["id"])], row


async def open_ledger(company: Company) -> Ledger:
    customer = await company.owner.create("/customers", name="上海智达科技有限公司")
    service = await company.owner.create("/products", code="S", name="安装")
    return Ledger(company, customer["id"], service["id"])
