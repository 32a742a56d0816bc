"""The table of states of expense claims, cell by cell."""

from itertools import product

import pytest

from crm_api.finance.expense_claims.models import STATES, ClaimStatus
from crm_api.kit.states import States, Step
from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.contracts import ANY
from tests.factories.states import DELETED, Cells, Verb
from tests.finance.expense_claims.test_api import BODY, Desk, desk_of

VERBS = {
    "submit": Verb("submitted", beside="approvals approval_steps"),
    "pay": Verb("paid", {"paid_by": "cash"}),
    "update": Verb("updated", {"description": "补充说明"}, "PATCH", sets="description"),
    "delete": DELETED,
}
# what is done by decisions has tests of its own
DECIDED = {"approve", "reject", "return"}
WAYS = {
    "draft": (),
    "approving": ("submit",),
    "approved": ("submit",),
    "rejected": ("submit",),
    "paid": ("submit",),
}


class ClaimCells(Cells):
    """A claim is submitted by its owner's superior at most; the desk decides on it."""

    desk: Desk

    async def _in(self, state: str, owner_id: str) -> dict:
        record = await super()._in(state, owner_id)
        if state in ("approved", "rejected", "paid"):
            await self.desk.decide(record["id"], "reject" if state == "rejected" else "approve")
        if state == "paid":
            await self._ask(self.company.owner, "pay", record)
        return record


async def cells(desk: Desk, states: States = STATES) -> ClaimCells:
    table = ClaimCells(
        desk.company, "/expense-claims", "expense_claim", BODY, states, VERBS, WAYS, headers=ANY
    )
    table.desk = desk
    return table


async def test_every_cell(company: Company) -> None:
    assert (STATES.steps.keys(), set(WAYS)) == (VERBS.keys() | DECIDED, set(ClaimStatus))
    desk = await desk_of(company)
    table = await cells(desk)
    for role in DEFAULT_ROLES:
        actor = await company.user(role, team_id=desk.team)
        for verb, state in product(VERBS, WAYS):
            if (verb, state) != ("pay", "approved"):  # nobody pays their own: that has a test of its own
                await table.check(role, actor, verb, state)


async def test_the_walk_of_the_table_sees_a_step_that_is_not_there(company: Company) -> None:
    wrong = STATES.steps | {"update": Step(frozenset({ClaimStatus.APPROVED}))}
    table = await cells(await desk_of(company), States(wrong))
    for state in ("draft", "approved"):
        with pytest.raises(AssertionError, match="update"):
            await table.check("integration", company.owner, "update", state)
