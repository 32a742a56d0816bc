"""The table of states of contracts, cell by cell."""

from itertools import product
from typing import Any

import pytest

from crm_api.kit.states import States, Step
from crm_api.roles import DEFAULT_ROLES
from crm_api.sales.contracts.models import IN_FORCE, STATES, ContractStatus
from tests.factories.companies import Company
from tests.factories.contracts import ANY, REASONS, open_registry
from tests.factories.grants import share
from tests.factories.states import DELETED, Cells, Verb, assigned

VERBS = {
    "submit": Verb("submitted", beside="approvals approval_steps"),
    "sign": Verb("signed", sets="signed_on"),
    "activate": Verb("activated", sets="starts_on"),
    "terminate": Verb("terminated", REASONS["terminate"], sets="ended_on end_reason"),
    "void": Verb("voided", REASONS["void"], sets="ended_on end_reason"),
    "update": Verb("updated", {"renewal_notice_days": 5}, "PATCH", sets="renewal_notice_days"),
    "assign": Verb("assigned"),
    "delete": DELETED,
}
# what is done by decisions, amendments and time has tests of its own; an amendment is another record
BY_ITSELF = {"approve", "refuse", "reconsider", "supersede", "remind", "expire", "amend"}
_ACTIVE = ("submit", "sign", "activate")
WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "approving": ("submit",),
    "approved": ("submit",),
    "signed": ("submit", "sign"),
    "active": _ACTIVE,
    "expiring": _ACTIVE,
    "expired": _ACTIVE,
    "terminated": (*_ACTIVE, "terminate"),
    "voided": (*_ACTIVE, "void"),
    "superseded": _ACTIVE,
}


class ContractCells(Cells):
    async def _in(self, state: str, owner_id: str) -> dict[str, Any]:
        # those of the type ask for approval
        self.body = {**self.body, "type": "asks" if state in ("draft", "approving") else None}
        record = await super()._in(state, owner_id)
        if state in ("expiring", "expired", "superseded"):
            async with self.company.served.pool.acquire() as connection, connection.transaction():
                await connection.execute(f"SET LOCAL app.tenant_id = '{self.company.tenant_id}'")
                await connection.execute(
                    "UPDATE contracts SET status = $2 WHERE id = $1", record["id"], state
                )
        return record


async def cells(company: Company, team: str | None = None, states: States = STATES) -> ContractCells:
    recipient = await company.user("account_manager", team_id=team)
    registry = await open_registry(company)
    await registry.flow(recipient, type="asks")
    verbs = VERBS | {"assign": assigned(recipient.id)}
    return ContractCells(company, "/contracts", "contract", registry.body, states, verbs, WAYS, headers=ANY)


async def test_every_cell(company: Company) -> None:
    assert STATES.steps.keys() == VERBS.keys() | BY_ITSELF
    assert set(WAYS) == set(ContractStatus)
    team = await company.team()
    table = await cells(company, team)
    for role in DEFAULT_ROLES:
        actor = await company.user(role, team_id=team)
        await share(company, "customers", str(table.body["customer_id"]), actor.id)
        for verb, state in product(VERBS, WAYS):
            await table.check(role, actor, verb, state)


async def test_what_is_in_force_is_amended(company: Company) -> None:
    table = await cells(company)
    for state in WAYS:
        record = await table._in(state, company.owner.id)
        before = await company.digest("contracts", "contract_lines", "contract_signatories", "events")
        path = f"/contracts/{record['id']}/amend"
        answer = await company.owner.http.post(path, headers=ANY)
        assert answer.status_code == (201 if state in IN_FORCE else 409), state
        after = await company.digest("contracts", "contract_lines", "contract_signatories", "events")
        assert (before == after) == (state not in IN_FORCE), state


async def test_the_walk_of_the_table_sees_a_step_that_is_not_there(company: Company) -> None:
    wrong = STATES.steps | {"sign": Step(frozenset({ContractStatus.DRAFT}), ContractStatus.SIGNED)}
    table = await cells(company, states=States(wrong))
    for state in ("draft", "approved"):
        with pytest.raises(AssertionError, match="sign"):
            await table.check("integration", company.owner, "sign", state)
