"""The table of states of tasks, cell by cell."""

from itertools import product

import pytest

from crm_api.activities.tasks.models import STATES, TaskStatus
from crm_api.kit.states import States, Step
from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.states import DELETED, Cells, Verb, assigned

VERBS = {
    "complete": Verb("completed"),
    "cancel": Verb("cancelled"),
    "reopen": Verb("reopened"),
    "update": Verb("updated", {"title": "回访"}, "PATCH", sets="title", beside="search_documents"),
    "assign": Verb("assigned"),
    "delete": DELETED,
}
WAYS = {"open": (), "done": ("complete",), "cancelled": ("cancel",)}


async def cells(company: Company, team: str | None = None, states: States = STATES) -> Cells:
    recipient = await company.user("account_manager", team_id=team)
    verbs = VERBS | {"assign": assigned(recipient.id)}
    return Cells(company, "/tasks", "task", {"title": "x"}, states, verbs, WAYS)


async def test_every_cell(company: Company) -> None:
    assert (STATES.steps.keys(), set(WAYS)) == (VERBS.keys(), set(TaskStatus))
    team = await company.team()
    table = await cells(company, team)
    for role in DEFAULT_ROLES:
        actor = await company.user(role, team_id=team)
        for verb, state in product(VERBS, WAYS):
            await table.check(role, actor, verb, state)


async def test_the_walk_of_the_table_sees_a_step_that_is_not_there(company: Company) -> None:
    wrong = STATES.steps | {"cancel": Step(frozenset({TaskStatus.DONE}), TaskStatus.CANCELLED)}
    table = await cells(company, states=States(wrong))
    for state in ("open", "done"):
        with pytest.raises(AssertionError, match="cancel"):
            await table.check("integration", company.owner, "cancel", state)
