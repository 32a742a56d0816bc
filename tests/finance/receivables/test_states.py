"""The table of states of receivables, cell by cell."""

from itertools import product
from typing import Any

from crm_api.finance.receivables.models import STATES, ReceivableStatus
from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.contracts import ANY
from tests.factories.ledger import Ledger, money, open_ledger
from tests.factories.states import DELETED, Cells, Verb, assigned

WAYS = {"open": (), "part": ("40",), "paid": ("100",), "cancelled": ("cancel",)}


class ReceivableCells(Cells):
    """Where payments lead, they are made."""

    ledger: Ledger

    async def _in(self, state: str, owner_id: str) -> dict[str, Any]:
        paid = [step for step in self.ways[state] if step != "cancel"]
        if not paid:
            return await super()._in(state, owner_id)
        record = await super()._in("open", owner_id)
        part = {"receivable_id": record["id"], "amount": money(str(paid[0]))}
        await self.ledger.receive("100", allocations=[part])
        return record


async def test_every_cell(company: Company) -> None:
    ledger, team = await open_ledger(company), await company.team()
    recipient = await company.user("account_manager", team_id=team)
    verbs = {
        "update": Verb("updated", {"description": "x"}, "PATCH", sets="description"),
        "assign": assigned(recipient.id),
        "cancel": Verb("cancelled"),
        "delete": DELETED,
    }
    assert (STATES.steps.keys(), set(WAYS)) == (verbs.keys(), set(ReceivableStatus))
    body = {"name": "x", "due_on": "2026-01-01", "amount": money("100"), "customer_id": ledger.customer}
    table = ReceivableCells(company, "/receivables", "receivable", body, STATES, verbs, WAYS, headers=ANY)
    table.ledger = ledger
    for role in DEFAULT_ROLES:
        actor = await company.user(role, team_id=team)
        for verb, state in product(verbs, WAYS):
            await table.check(role, actor, verb, state)
    await ledger.check()
