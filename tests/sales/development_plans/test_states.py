"""The table of states of development plans, cell by cell."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from crm_api.kit.states import States, Step
from crm_api.roles import DEFAULT_ROLES
from crm_api.sales.development_plans.models import STATES, PlanStatus
from tests.factories.companies import Company
from tests.factories.states import DELETED, Cells, Verb

VERBS = {
    "start": Verb("started"),
    "complete": Verb(
        "item_completed",
        {"result": "完成"},
        path=lambda plan: f"items/{plan['items'][0]['id']}/complete",
        beside="development_plan_items",
    ),
    "succeed": Verb("succeeded"),
    "fail": Verb(
        "failed",
        {"failure_reason": "no_need", "failure_note": "项目暂停"},
        sets="failure_reason failure_note",
    ),
    "update": Verb("updated", {"goal": "确认方案"}, "PATCH", sets="goal"),
    "delete": DELETED,
}
WAYS = {
    "draft": (),
    "executing": ("start",),
    "succeeded": ("start", "succeed"),
    "failed": ("start", "fail"),
}


def cells(company: Company, states: States = STATES) -> Cells:
    async def body(owner_id: str) -> Mapping[str, Any]:
        deal = await company.owner.create("/opportunities", name="智达", owner_id=owner_id)
        return {"name": "计划", "opportunity_id": deal["id"], "items": [{"action": "拜访"}]}

    return Cells(company, "/development-plans", "development_plan", body, states, VERBS, WAYS)


async def test_every_cell(company: Company) -> None:
    assert (STATES.steps.keys(), set(WAYS)) == (VERBS.keys(), set(PlanStatus))
    team, table = await company.team(), cells(company)
    for role in DEFAULT_ROLES:
        actor = await company.user(role, team_id=team)
        for verb, state in product(VERBS, WAYS):
            await table.check(role, actor, verb, state)


async def test_the_walk_of_the_table_sees_a_step_that_is_not_there(company: Company) -> None:
    wrong = STATES.steps | {"start": Step(frozenset({PlanStatus.FAILED}), PlanStatus.EXECUTING)}
    table = cells(company, States(wrong))
    for state in ("draft", "failed"):
        with pytest.raises(AssertionError, match="start"):
            await table.check("integration", company.owner, "start", state)
