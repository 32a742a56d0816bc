"""The table of states of invoices, cell by cell."""

from itertools import product
from typing import Any

from crm_api.finance.invoices.models import STATES, InvoiceStatus
from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Actor, Company
from tests.factories.contracts import ANY
from tests.factories.ledger import money, open_ledger
from tests.factories.states import Cells, Verb, assigned

ISSUED = ("approve", "issue")
WAYS = {
    "applied": (),
    "approved": ("approve",),
    "issued": ISSUED,
    "delivered": (*ISSUED, "deliver"),
    "voided": ("void",),
    "red_lettered": (*ISSUED, "red_letter"),
}


class InvoiceCells(Cells):
    """Who applies approves nothing: the owner of the company does."""

    clerk: Actor

    async def _in(self, state: str, owner_id: str) -> dict[str, Any]:
        record = await self.clerk.create(self.path, **self.body, owner_id=owner_id)
        for step in self.ways[state]:
            answer = await self._ask(self.company.owner, str(step), record)
            assert answer.status_code == 200, answer.text
        return record


async def test_every_cell(company: Company) -> None:
    ledger, team = await open_ledger(company), await company.team()
    recipient = await company.user("account_manager", team_id=team)
    verbs = {
        "update": Verb("updated", {"description": "x"}, "PATCH", sets="description"),
        "assign": assigned(recipient.id),
        "approve": Verb("approved", sets="approved_by"),
        "issue": Verb(
            "issued",
            sets="number issued_on base_amount base_amount_currency rate rate_on",
            beside="number_series",
        ),
        "deliver": Verb("delivered"),
        "void": Verb("voided", {"void_reason": "x"}, sets="void_reason"),
        "red_letter": Verb(
            "red_lettered",
            {"red_letter_reason": "x"},
            sets="corrected_by_id red_letter_reason",
            beside="number_series ownership_periods",
        ),
    }
    assert (STATES.steps.keys(), set(WAYS)) == (verbs.keys(), set(InvoiceStatus))
    body = {"title": "T", "customer_id": ledger.customer, "tax_amount": money("0")}
    body |= {"net_amount": money("9"), "gross_amount": money("9")}
    table = InvoiceCells(company, "/invoices", "invoice", body, STATES, verbs, WAYS, headers=ANY)
    table.clerk = await company.user("integration")
    for role in DEFAULT_ROLES:
        actor = await company.user(role, team_id=team)
        for verb, state in product(verbs, WAYS):
            await table.check(role, actor, verb, state)
