"""The table of states of quotes, cell by cell."""

from itertools import product
from typing import Any

import pytest

from crm_api.kit.states import States, Step
from crm_api.roles import DEFAULT_ROLES
from crm_api.sales.quotes.models import STATES, QuoteStatus
from tests.factories.companies import Actor, Company
from tests.factories.grants import share
from tests.factories.quoting import ANY, cny, open_desk
from tests.factories.states import DELETED, Cells, Verb, assigned

VERBS = {
    "submit": Verb("submitted", beside="approvals approval_steps"),
    "send": Verb("sent", sets="sent_at link_digest"),
    "withdraw": Verb("withdrawn", sets="link_digest"),
    "accept": Verb("accepted", sets="decided_at link_digest"),
    "reject": Verb("rejected", sets="decided_at link_digest"),
    "revise": Verb("revised", sets="link_digest", beside="quote_lines ownership_periods search_documents"),
    "order": Verb(
        "converted",
        sets="order_id",
        beside="orders order_lines number_series ownership_periods receivables search_documents",
    ),
    "contract": Verb(
        "converted",
        sets="contract_id",
        beside="contracts contract_lines number_series ownership_periods search_documents",
    ),
    "update": Verb("updated", {"terms": "货到付款"}, "PATCH", sets="terms"),
    "assign": Verb("assigned"),
    "delete": DELETED,
}
# what decisions and time do has tests of its own
BY_ITSELF = {"approve", "refuse", "expire"}
WAYS = {
    "draft": (),
    "approving": ("submit",),
    "approved": ("submit",),
    "sent": ("send",),
    "accepted": ("send", "accept"),
    "rejected": ("send", "reject"),
    "expired": ("send",),
    "superseded": ("send", "revise"),
    "converted": ("send", "accept", "order"),
}


class QuoteCells(Cells):
    async def check(self, role: str, actor: Actor, verb: str, state: str) -> None:
        # those that are dear must be approved, and are not sent before
        dear = state == "approving" or (state, verb) == ("draft", "submit")
        assert not callable(self.body)
        self.body = {**self.body, "lines": [{**self.body["lines"][0], "quantity": "200" if dear else "2"}]}
        await super().check(role, actor, verb, state)

    async def _in(self, state: str, owner_id: str) -> dict[str, Any]:
        record = await super()._in(state, owner_id)
        if state == "expired":
            async with self.company.served.pool.acquire() as connection, connection.transaction():
                await connection.execute(f"SET LOCAL app.tenant_id = '{self.company.tenant_id}'")
                await connection.execute(
                    "UPDATE quotes SET status = 'expired', link_digest = NULL WHERE id = $1", record["id"]
                )
        return record


async def cells(company: Company, team: str | None = None, states: States = STATES) -> QuoteCells:
    recipient = await company.user("account_manager", team_id=team)
    verbs = VERBS | {"assign": assigned(recipient.id)}
    desk = await open_desk(company)
    await desk.flow(recipient, amount_from=cny("10000"))
    return QuoteCells(company, "/quotes", "quote", desk.body, states, verbs, WAYS, frozenset({"order"}), ANY)


async def test_every_cell(company: Company) -> None:
    assert STATES.steps.keys() == VERBS.keys() | BY_ITSELF
    assert set(WAYS) == set(QuoteStatus)
    team = await company.team()
    table = await cells(company, team)
    for role in DEFAULT_ROLES:
        actor = await company.user(role, team_id=team)
        await share(company, "customers", str(table.body["customer_id"]), actor.id)
        for verb, state in product(VERBS, WAYS):
            await table.check(role, actor, verb, state)


async def test_the_walk_of_the_table_sees_a_step_that_is_not_there(company: Company) -> None:
    wrong = STATES.steps | {"withdraw": Step(frozenset({QuoteStatus.DRAFT}), QuoteStatus.SENT)}
    table = await cells(company, states=States(wrong))
    for state in ("draft", "sent"):
        with pytest.raises(AssertionError, match="withdraw"):
            await table.check("integration", company.owner, "withdraw", state)
