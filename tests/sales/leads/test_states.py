"""The table of states of leads, cell by cell."""

from itertools import product
from typing import Any

import pytest

from crm_api.kit.states import States, Step
from crm_api.roles import DEFAULT_ROLES
from crm_api.sales.leads.models import STATES, LeadStatus
from tests.factories.companies import Company
from tests.factories.states import DELETED, Cells, Verb, assigned

VERBS = {
    "contact": Verb("contacted", sets="contacted_at"),
    "qualify": Verb("qualified"),
    "discard": Verb("discarded", {"discard_reason": "no_need"}, sets="discard_reason"),
    "reopen": Verb("reopened", sets="discard_reason"),
    "convert": Verb("converted", {"opportunity": None}, sets="customer_id contact_id converted_at"),
    "update": Verb("updated", {"title": "采购总监"}, "PATCH", sets="title"),
    "assign": Verb("assigned"),
    "delete": DELETED,
}
WAYS = {
    "new": (),
    "contacted": ("contact",),
    "qualified": ("qualify",),
    "discarded": ("discard",),
    "converted": ("convert",),
}


async def cells(company: Company, team: str | None = None, states: States = STATES) -> Cells:
    recipient = await company.user("account_manager", team_id=team)
    verbs = VERBS | {"assign": assigned(recipient.id)}
    body = {"name": "李娜", "company_name": "上海智达"}
    return Cells(company, "/leads", "lead", body, states, verbs, WAYS, frozenset({"convert"}))


@pytest.mark.parametrize("role", DEFAULT_ROLES)
async def test_every_cell(company: Company, role: str) -> None:
    assert (STATES.steps.keys(), set(WAYS)) == (VERBS.keys(), set(LeadStatus))
    team = await company.team()
    table, actor = await cells(company, team), await company.user(role, team_id=team)
    for verb, state in product(VERBS, WAYS):
        await table.check(role, actor, verb, state)


async def test_the_walk_of_the_table_sees_a_step_that_is_not_there(company: Company) -> None:
    wrong = STATES.steps | {"qualify": Step(frozenset({LeadStatus.DISCARDED}), LeadStatus.QUALIFIED)}
    table = await cells(company, states=States(wrong))
    for state in ("new", "discarded"):
        with pytest.raises(AssertionError, match="qualify"):
            await table.check("integration", company.owner, "qualify", state)


async def test_the_walk_of_the_table_sees_a_refusal_that_leaves_something_behind(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = await cells(company)
    asked = table._ask

    async def leaving(*args: Any) -> Any:
        await company.owner.create("/teams", name="x")
        return await asked(*args)

    monkeypatch.setattr(table, "_ask", leaving)
    with pytest.raises(AssertionError, match="reopen"):
        await table.check("company_owner", company.owner, "reopen", "new")


@pytest.mark.parametrize("wrong", [{"sets": ""}, {"sets": "contacted_at name"}, {"beside": "tasks"}])
async def test_the_walk_of_the_table_sees_a_change_that_is_not_named_or_does_not_come(
    company: Company, wrong: dict[str, str]
) -> None:
    table = await cells(company)
    table.verbs = {**table.verbs, "contact": VERBS["contact"]._replace(**wrong)}
    with pytest.raises(AssertionError, match="contact"):
        await table.check("company_owner", company.owner, "contact", "new")
