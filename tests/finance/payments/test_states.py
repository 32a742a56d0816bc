"""The table of states of payments, cell by cell."""

from itertools import product
from typing import Any

from crm_api.finance.payments.models import STATES, ReceiptStatus
from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Actor, Company
from tests.factories.contracts import ANY
from tests.factories.ledger import money, open_ledger
from tests.factories.states import Cells, Verb, assigned

WAYS = {"received": (), "reversed": ("reverse",)}


class PaymentCells(Cells):
    """Each payment settles a receivable of its own in part, so that something can be allocated and released."""

    async def _in(self, state: str, owner_id: str) -> dict[str, Any]:
        owed = await self.company.owner.create("/receivables", **self.owed, owner_id=owner_id)
        part = {"receivable_id": owed["id"], "amount": money("1")}
        self.body = {**self.body, "allocations": [part]}
        return await super()._in(state, owner_id)

    owed: dict[str, Any]


async def test_every_cell(company: Company) -> None:
    ledger, team = await open_ledger(company), await company.team()
    recipient = await company.user("account_manager", team_id=team)
    verbs = {
        "update": Verb("updated", {"reference": "1"}, "PATCH", sets="reference"),
        "assign": assigned(recipient.id),
        "allocate": Verb(
            "allocated",
            lambda r: {
                "allocations": [{"receivable_id": r["allocations"][0]["receivable_id"], "amount": money("1")}]
            },
            sets="allocated_amount",
            beside="payment_allocations receivables",
        ),
        "release": Verb(
            "released",
            lambda r: {"allocation_id": r["allocations"][0]["id"]},
            sets="allocated_amount",
            beside="payment_allocations receivables",
        ),
        "refund": Verb("refunded", {"amount": money("1")}, beside="payment_refunds"),
        "reverse": Verb(
            "reversed",
            {"reverse_reason": "x"},
            sets="allocated_amount reverse_reason",
            beside="payment_allocations receivables",
        ),
    }
    assert (STATES.steps.keys(), set(WAYS)) == (verbs.keys(), set(ReceiptStatus))
    table = PaymentCells(
        company, "/payments", "payment", ledger.payment("100"), STATES, verbs, WAYS, headers=ANY
    )
    table.owed = {"name": "x", "due_on": "2026-01-01", "amount": money("50"), "customer_id": ledger.customer}
    for role in DEFAULT_ROLES:
        actor: Actor = await company.user(role, team_id=team)
        for verb, state in product(verbs, WAYS):
            await table.check(role, actor, verb, state)
    await ledger.check()
