"""People who can be asked, flows, and records that are submitted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from crm_api.kit.ids import new_id
from crm_api.kit.principal import Principal
from crm_api.kit.uow import UnitOfWork
from crm_api.workflow.approval_flows.outcomes import OUTCOMES, bind_outcome
from crm_api.workflow.approvals.service import ApprovalService, Submission
from tests.factories.companies import Actor, Company

SUBJECT = "customers"  # stands for any resource whose records are submitted


@dataclass
class Office:
    """`agent` reports to `boss`, `boss` to `chief`; `clerk` is in the team, `outsider` in none. `heard` is every outcome."""

    company: Company
    team: str
    agent: Actor
    boss: Actor
    chief: Actor
    clerk: Actor
    outsider: Actor
    heard: list[tuple[str, str]] = field(default_factory=list)

    async def flow(self, *nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
        """A flow for the subject; one superior unless nodes are named."""
        given = nodes or ({"kind": "superior_chain", "mode": "sequential", "levels": 1},)
        body = {"name": "Flow", "resource": SUBJECT, "nodes": list(given), **more}
        return await self.company.owner.create("/approval-flows", **body)

    async def submit(
        self, actor: Actor | None = None, kind: str = "user", **more: Any
    ) -> dict[str, Any] | None:
        """What a later context does with a record of its own."""
        who = actor or self.agent
        unit = UnitOfWork(self.company.served.pool, Principal(self.company.tenant_id, who.id, kind))
        asked = {"resource": SUBJECT, "record_id": new_id(), "name": "Deal", "team_id": self.team, **more}
        try:
            made = await ApprovalService(unit).submit(Submission(**asked))
            await unit.commit()
        finally:
            await unit.close()
        return made

    async def submitted(self, *nodes: dict[str, Any], **more: Any) -> str:
        """The path of a new approval that goes through these nodes and no others."""
        record_type = new_id()
        await self.flow(*nodes, type=record_type)
        made = await self.submit(type=record_type, **more)
        assert made
        return f"/approvals/{made['id']}"


def users(mode: str, *people: Actor) -> dict[str, Any]:
    return {"kind": "users", "mode": mode, "user_ids": [person.id for person in people]}


def yuan(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


async def furnish_office(company: Company) -> Office:
    team = await company.team("Sales")
    chief = await company.user("executive", name="Chief")
    boss = await company.user("sales_supervisor", team_id=team, name="Boss")
    agent = await company.user("account_manager", team_id=team, name="Agent")
    clerk = await company.user("account_manager", team_id=team, name="Clerk")
    outsider = await company.user("account_manager", name="Outsider")
    for person, manager in ((agent, boss), (boss, chief), (clerk, boss)):
        await reports_to(company, person, manager)
    return Office(company, team, agent, boss, chief, clerk, outsider)


async def reports_to(company: Company, person: Actor, manager: Actor | None) -> None:
    body = {"manager_id": manager.id if manager else None}
    answer = await company.owner.http.patch(f"/users/{person.id}", json=body)
    assert answer.status_code == 200, answer.text


@contextmanager
def listening(office: Office) -> Iterator[Office]:
    """The subject hears what was decided, as a later context would."""

    async def settle(_: UnitOfWork, record_id: str, status: str) -> None:
        office.heard.append((record_id, status))

    bind_outcome(SUBJECT, settle)
    try:
        yield office
    finally:
        del OUTCOMES[SUBJECT]


def money(amount: str) -> dict[str, Any]:
    return {"amount": Decimal(amount), "currency": "CNY"}
