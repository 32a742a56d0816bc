"""How an approval goes on: rules over its steps, which need nothing but them."""

from collections.abc import Sequence
from datetime import datetime

from crm_api.workflow.approval_flows.models import NodeMode
from crm_api.workflow.approvals.errors import NotAnApprover, NotYourTurn
from crm_api.workflow.approvals.models import STATES, Approval, ApprovalStep, StepStatus

# what a decision makes of the step, by verb
DECISIONS = {
    "approve": StepStatus.APPROVED,
    "reject": StepStatus.REJECTED,
    "send_back": StepStatus.SENT_BACK,
}


def step_of(steps: Sequence[ApprovalStep], user_id: str) -> ApprovalStep:
    """The step in which a user is asked now."""
    mine = [step for step in steps if step.approver_id == user_id]
    if not mine:
        raise NotAnApprover
    asked = next((step for step in mine if step.status == StepStatus.PENDING), None)
    if asked is None:
        raise NotYourTurn
    return asked


def begin(approval: Approval, steps: Sequence[ApprovalStep], node: int) -> None:
    """Ask those of a node: everybody, or the first of those who follow one another."""
    approval.node = node
    here = [step for step in steps if step.node == node and step.is_open]
    asked = here[:1] if approval.nodes[node]["mode"] == NodeMode.SEQUENTIAL else here
    for step in asked:
        step.status = StepStatus.PENDING.value
    ask(approval, steps)


def ask(approval: Approval, steps: Sequence[ApprovalStep]) -> None:
    """Who is asked now stands on the approval; where nobody is, it is the turn of who waits in the node."""
    asked = [step.approver_id for step in steps if step.status == StepStatus.PENDING]
    if not asked and any(step.is_open and step.node == approval.node for step in steps):
        begin(approval, steps, approval.node)
    else:
        approval.approver_ids = asked


def decide(
    approval: Approval,
    steps: Sequence[ApprovalStep],
    user_id: str,
    verb: str,
    comment: str | None,
    at: datetime,
) -> bool:
    """One of those who are asked decides; whether that ended the approval.

    A no ends it at once, whatever the mode. A yes ends its node when everybody there has agreed, or with the first
    where any will do; the last node ends the approval.
    """
    STATES.demand(approval, verb)
    step_of(steps, user_id).end(DECISIONS[verb], comment, at)
    if verb == "approve" and _goes_on(approval, steps, at):
        return False
    end(approval, steps, verb, comment, at)
    return True


def end(
    approval: Approval, steps: Sequence[ApprovalStep], verb: str, comment: str | None, at: datetime
) -> None:
    """Nobody is asked any more."""
    STATES.take(approval, verb, at)
    approval.comment = comment
    for step in steps:
        if step.is_open:
            step.end(StepStatus.SKIPPED, None, at)
    ask(approval, steps)


def hand_on(
    steps: Sequence[ApprovalStep],
    step: ApprovalStep,
    to: str,
    why: StepStatus,
    comment: str | None,
    at: datetime,
) -> list[ApprovalStep]:
    """The steps when somebody takes the place of another; who is asked there already is not asked twice."""
    asked, state = any(_same_place(other, step, to) for other in steps), step.status
    step.end(why, comment, at)
    if asked:
        return list(steps)
    taken = ApprovalStep.new(
        approval_id=step.approval_id, node=step.node, approver_id=to, for_id=step.approver_id, status=state
    )
    after = 1 + list(steps).index(step)
    listed = [*steps[:after], taken, *steps[after:]]
    for position, each in enumerate(listed):
        each.position = position
    return listed


def _same_place(other: ApprovalStep, step: ApprovalStep, user_id: str) -> bool:
    return other.is_open and other.node == step.node and other.approver_id == user_id


def _goes_on(approval: Approval, steps: Sequence[ApprovalStep], at: datetime) -> bool:
    """Whether somebody is to be asked after a yes, who then is."""
    here = [step for step in steps if step.node == approval.node and step.is_open]
    if approval.nodes[approval.node]["mode"] == NodeMode.ANY:
        for step in here:
            step.end(StepStatus.SKIPPED, None, at)
        here = []
    if here:
        ask(approval, steps)
    elif approval.node + 1 < len(approval.nodes):
        begin(approval, steps, approval.node + 1)
    else:
        return False
    return True
