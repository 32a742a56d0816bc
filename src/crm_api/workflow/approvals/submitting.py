"""How records are submitted that go from draft over approving to approved, and what is decided on them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from crm_api.kit import clock
from crm_api.kit.allowed import entrusted
from crm_api.kit.principal import Permission
from crm_api.kit.repository import Repository
from crm_api.kit.resource import Resource
from crm_api.kit.states import States
from crm_api.kit.uow import UnitOfWork
from crm_api.workflow.approval_flows.outcomes import type_outcome
from crm_api.workflow.approvals.service import ApprovalService, Submission


async def submit(repository: Repository[Any], states: States, row: Any, asked: Submission) -> dict[str, Any]:
    """It waits, as it is, for what is decided; approved at once when no flow asks for approval."""
    asking = await ApprovalService(repository.uow).submit(asked) is not None
    states.take(row, "submit" if asking else "approve", clock.now())
    return await repository.save(row, event="submitted" if asking else "approved")


def settling(
    resource: Resource,
    states: States,
    right: Permission,
    events: Mapping[str, str] = MappingProxyType({}),
) -> type_outcome:
    """What hears of a decision: the record is approved, or else a draft again; no right to it is asked for.

    The event is called like the outcome, unless `events` has another name for it.
    """

    async def settle(uow: UnitOfWork, record_id: str, outcome: str) -> None:
        with entrusted(uow, resource.read, right):
            repository: Repository[Any] = Repository(uow, resource)
            row = await repository.load(record_id)
            states.take(row, "approve" if outcome == "approved" else "refuse", clock.now())
            await repository.save(row, event=events.get(outcome, outcome))

    return settle
