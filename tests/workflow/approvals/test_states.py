"""The table of states of approvals, cell by cell."""

from itertools import product
from typing import Any

import pytest

from crm_api.kit.states import States, Step
from crm_api.roles import DEFAULT_ROLES
from crm_api.workflow.approvals.models import STATES, ApprovalStatus
from tests.factories.approvals import Office, users
from tests.factories.companies import Actor
from tests.factories.states import Cells, Verb

NO = {"comment": "不同意"}
VERBS = {
    "approve": Verb("approved", sets="approver_ids", beside="approval_steps"),
    "reject": Verb("rejected", NO, sets="approver_ids comment", beside="approval_steps"),
    "send_back": Verb("sent_back", NO, sets="approver_ids comment", beside="approval_steps"),
    "delegate": Verb("delegated", sets="approver_ids", beside="approval_steps"),
    "add_signer": Verb("signer_added", sets="approver_ids", beside="approval_steps"),
    "withdraw": Verb("withdrawn", sets="approver_ids", beside="approval_steps"),
}
WAYS = {
    "pending": (),
    "approved": ("approve",),
    "rejected": ("reject",),
    "sent_back": ("send_back",),
    "withdrawn": ("withdraw",),
}


class Approvals(Cells):
    """Nobody creates an approval: what is asked of the actor, or, to be withdrawn, submitted by them."""

    office: Office
    people: dict[str, Actor]
    verb: str
    flows: dict[str, str]

    async def _in(self, state: str, owner_id: str) -> dict[str, Any]:
        office, actor = self.office, self.people[owner_id]
        withdrawing = self.verb == "withdraw"
        submitter, asked = (actor, office.boss) if withdrawing else (office.agent, actor)
        if asked.id not in self.flows:
            made = await office.flow(users("any", asked, office.clerk), type=f"of {asked.id[-12:]}")
            self.flows[asked.id] = made["type"]
        made = await office.submit(submitter, type=self.flows[asked.id], owner_id=submitter.id)
        assert made
        for verb in self.ways[state]:
            by = submitter if verb == "withdraw" else office.clerk
            body = self.verbs[verb].body
            answer = await by.http.post(f"/approvals/{made['id']}/{verb.replace('_', '-')}", json=body)
            assert answer.status_code == 200, answer.text
        return made


async def cells(office: Office, *people: Actor, states: States = STATES) -> Approvals:
    other = {"user_id": office.outsider.id}
    verbs = VERBS | {verb: VERBS[verb]._replace(body=other) for verb in ("delegate", "add_signer")}
    table = Approvals(office.company, "/approvals", "approval", {}, states, verbs, WAYS)
    table.office, table.people, table.flows = office, {person.id: person for person in people}, {}
    return table


async def test_every_cell(office: Office) -> None:
    assert (STATES.steps.keys(), set(WAYS)) == (VERBS.keys(), set(ApprovalStatus))
    for role in DEFAULT_ROLES:
        actor = await office.company.user(role, team_id=office.team)
        table = await cells(office, actor)
        for table.verb, state in product(VERBS, WAYS):
            if (table.verb, state) == ("withdraw", "pending"):
                table._untouched.clear()  # these were submitted by others
            await table.check(role, actor, table.verb, state)


async def test_the_walk_of_the_table_sees_a_step_that_is_not_there(office: Office) -> None:
    approved = frozenset({ApprovalStatus.APPROVED})
    wrong = STATES.steps | {"reject": Step(approved, ApprovalStatus.REJECTED)}
    table = await cells(office, office.boss, states=States(wrong))
    for table.verb, state in (("reject", "pending"), ("reject", "approved")):
        with pytest.raises(AssertionError, match="reject"):
            await table.check("sales_supervisor", office.boss, table.verb, state)
