"""What the clock does to approvals: who has not decided is reminded once, then their superior is asked, once."""

from datetime import datetime
from typing import Final

from crm_api.kit import clock
from crm_api.kit.uow import UnitOfWork
from crm_api.workflow.approvals.asking import Asking
from crm_api.workflow.approvals.deciding import ask, hand_on
from crm_api.workflow.approvals.models import Approval, ApprovalStep, StepStatus
from crm_api.workflow.approvals.repository import ApprovalRepository

AT_ONCE: Final = 500


async def chase_approvals(uow: UnitOfWork) -> None:
    """Those with somebody who has let the hours of a node pass; each once, whoever else is at it."""
    at = clock.now()
    for approval_id in await ApprovalRepository(uow).overdue(at, AT_ONCE):
        repository = ApprovalRepository(uow)
        approval = await repository.load(approval_id)
        steps = await repository.children(approval, "steps")
        # who has decided meanwhile is not late any more
        if late := [step for step in steps if step.chase_at is not None and step.chase_at <= at]:
            event, steps = await _chase(uow, approval, steps, late, at)
            await repository.save(approval, event=event, children={"steps": steps})


async def _chase(
    uow: UnitOfWork, approval: Approval, steps: list[ApprovalStep], late: list[ApprovalStep], at: datetime
) -> tuple[str, list[ApprovalStep]]:
    event, asking = "reminded", Asking(uow, approval.submitter_id, approval.parties, [])
    for step in late:
        if not step.chase(approval.nodes[step.node], at):
            continue
        # whoever has no superior stays asked
        if (superior := await asking.stand_in(step.approver_id)) is not None:
            steps = hand_on(steps, step, superior, StepStatus.ESCALATED, None, at)
            event = "escalated"
    ask(approval, steps, at)
    return event, steps
