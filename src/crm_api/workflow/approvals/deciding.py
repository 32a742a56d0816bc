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


def begin(approval: Approval, steps: Sequence[ApprovalStep], node: int, at: datetime) -> None:
    """Ask those of a node: everybody, or the first of those who follow one another."""
    approval.node = node
    here = [step for step in steps if step.node == node and step.is_open]
    asked = here[:1] if approval.nodes[node]["mode"] == NodeMode.SEQUENTIAL else here
    for step in asked:
        step.status = StepStatus.PENDING.value
    ask(approval, steps, at)


def ask(approval: Approval, steps: Sequence[ApprovalStep], at: datetime) -> None:
    """Who is asked now stands on the approval; where nobody is, it is the turn of who waits in the node."""
    asked = [step for step in steps if step.status == StepStatus.PENDING]
    if not asked and any(step.is_open and step.node == approval.node for step in steps):
        begin(approval, steps, approval.node, at)
        return
    approval.approver_ids = [step.approver_id for step in asked]
    for step in asked:
        if step.asked_at is None:
            step.begin(approval.nodes[step.node], at)


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
    where any will do; the last node ends the approval. The yes of a signer who was added gives the turn back.
    """
    STATES.demand(approval, verb)
    mine = step_of(steps, user_id)
    mine.end(DECISIONS[verb], comment, at)
    if verb == "approve" and (_gives_back(approval, steps, mine, at) or _goes_on(approval, steps, mine, at)):
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
    ask(approval, steps, at)


def put_before(steps: Sequence[ApprovalStep], step: ApprovalStep, user_id: str) -> list[ApprovalStep]:
    """The steps when a user has to agree before somebody decides, who then is asked again."""
    signer = ApprovalStep.new(
        approval_id=step.approval_id,
        node=step.node,
        approver_id=user_id,
        status=StepStatus.PENDING,
        before_id=step.id,
    )
    step.wait()
    here = list(steps).index(step)
    return _numbered([*steps[:here], signer, *steps[here:]])


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
        approval_id=step.approval_id,
        node=step.node,
        approver_id=to,
        for_id=step.approver_id,
        status=state,
        before_id=step.before_id,
    )
    for signer in steps:
        if signer.before_id == step.id:
            signer.before_id = taken.id
    after = 1 + list(steps).index(step)
    return _numbered([*steps[:after], taken, *steps[after:]])


def _numbered(steps: list[ApprovalStep]) -> list[ApprovalStep]:
    for position, step in enumerate(steps):
        step.position = position
    return steps


def _same_place(other: ApprovalStep, step: ApprovalStep, user_id: str) -> bool:
    return other.is_open and other.node == step.node and other.approver_id == user_id


def _gives_back(approval: Approval, steps: Sequence[ApprovalStep], mine: ApprovalStep, at: datetime) -> bool:
    """Whether somebody waits for this yes of an added signer, who then is asked."""
    waiting = [step for step in steps if step.id == mine.before_id and step.status == StepStatus.WAITING]
    for step in waiting:
        step.status = StepStatus.PENDING.value
        ask(approval, steps, at)
    return bool(waiting)


def _goes_on(approval: Approval, steps: Sequence[ApprovalStep], mine: ApprovalStep, at: datetime) -> bool:
    """Whether somebody is to be asked after a yes, who then is."""
    here = [step for step in steps if step.node == approval.node and step.is_open]
    if approval.nodes[approval.node]["mode"] == NodeMode.ANY and mine.before_id is None:
        for step in here:
            step.end(StepStatus.SKIPPED, None, at)
        here = []
    if here:
        ask(approval, steps, at)
    elif approval.node + 1 < len(approval.nodes):
        begin(approval, steps, approval.node + 1, at)
    else:
        return False
    return True
