"""The verbs of approvals, and the door for records that need one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from crm_api.kit import clock
from crm_api.kit.allowed import entrusted
from crm_api.kit.children import children_json
from crm_api.kit.errors import Invalid
from crm_api.kit.resource import Resource
from crm_api.kit.uow import UnitOfWork
from crm_api.workflow.approval_flows.choosing import Matter
from crm_api.workflow.approval_flows.models import ApprovalFlow, ApprovalFlowNode
from crm_api.workflow.approval_flows.outcomes import OUTCOMES
from crm_api.workflow.approval_flows.resource import NODES
from crm_api.workflow.approval_flows.service import ApprovalFlowService
from crm_api.workflow.approvals.asking import Asking
from crm_api.workflow.approvals.deciding import ask, begin, decide, end, hand_on, put_before, step_of
from crm_api.workflow.approvals.errors import NoApprover, NotTheSubmitter
from crm_api.workflow.approvals.models import STATES, Approval, ApprovalStep, StepStatus
from crm_api.workflow.approvals.repository import ApprovalRepository, LeavingRepository, PeopleRepository
from crm_api.workflow.approvals.resource import REASSIGN, approvals

# what a verb that ends an approval is called as an event
ENDED = {"approve": "approved", "reject": "rejected", "send_back": "sent_back", "withdraw": "withdrawn"}


class Submission(NamedTuple):
    """What somebody asks others to agree to: for `owner_id`, or for themselves when nobody owns it.

    What is `required` is not taken for granted where no flow fits.
    """

    resource: str
    record_id: str
    name: str
    type: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    team_id: str | None = None
    owner_id: str | None = None
    required: bool = False

    @classmethod
    def of(
        cls,
        resource: Resource,
        row: Any,
        amount: Decimal | None,
        currency: str | None,
        *,
        type: str | None = None,  # noqa: A002
        required: bool = False,
    ) -> "Submission":
        """What somebody asks of a record with a number, a name and an owner."""
        name = f"{row.number} {row.name}"[:200]
        about = (resource.name, row.id, name, type, amount, currency)
        return cls(*about, row.team_id, row.owner_id, required)


class ApprovalService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ApprovalRepository(uow)

    async def submit(self, asked: Submission) -> dict[str, Any] | None:
        """Ask for approval; None when no flow fits, and none is required. NoApprover when nobody can be asked.

        The caller has locked the record and leaves it as it is until `bind_outcome` hears what was decided.
        """
        me, matter = self.uow.principal, await self._matter(asked)
        found = await ApprovalFlowService(self.uow).flow_for(matter)
        if found is None and not asked.required:
            return None
        if found is None:
            raise NoApprover
        flow, nodes = found
        submitter = asked.owner_id or (me.id if me.kind == "user" else None)
        if submitter is None:
            raise NoApprover
        approvers = await Asking(self.uow, submitter, {submitter, me.id}, matter.teams).approvers(nodes)
        approval = _new(asked, submitter, flow, nodes)
        listed = [(node, person) for node, people in enumerate(approvers) for person in people]
        steps = [
            ApprovalStep.new(approval_id=approval.id, node=node, approver_id=person, position=position)
            for position, (node, person) in enumerate(listed)
        ]
        begin(approval, steps, 0, clock.now())
        return await self._repository.add(approval, children={"steps": steps})

    async def is_needed(self, asked: Submission) -> bool:
        """Whether a record must be submitted: a flow fits it, or its approval is required anyhow."""
        if asked.required:
            return True
        return await ApprovalFlowService(self.uow).flow_for(await self._matter(asked)) is not None

    async def is_granted(self, asked: Submission) -> bool:
        """Whether just this was approved before: the record for this type and at this amount."""
        same = {"type": asked.type, "amount": asked.amount, "currency": asked.currency}
        return await self._repository.is_granted(asked.resource, asked.record_id, same)

    async def approve(self, approval_id: str, comment: str | None) -> dict[str, Any]:
        """The caller agrees; when nobody is left to ask, the record is approved."""
        return await self._decide(approval_id, "approve", comment)

    async def reject(self, approval_id: str, comment: str) -> dict[str, Any]:
        """The caller says no, which ends it."""
        return await self._decide(approval_id, "reject", comment)

    async def send_back(self, approval_id: str, comment: str) -> dict[str, Any]:
        """The caller wants it changed and submitted again."""
        return await self._decide(approval_id, "send_back", comment)

    async def withdraw(self, approval_id: str) -> dict[str, Any]:
        """Whoever submitted it takes it back."""
        approval = await self._repository.load(approval_id)
        if self.uow.principal.id not in approval.parties:
            raise NotTheSubmitter
        steps = await self._repository.children(approval, "steps")
        end(approval, steps, "withdraw", None, clock.now())
        return await self._end(approval, steps, "withdraw")

    async def delegate(self, approval_id: str, user_id: str, comment: str | None) -> dict[str, Any]:
        """Somebody else decides in the caller's place."""
        approval, steps, mine = await self._naming(approval_id, "delegate", user_id)
        steps = hand_on(steps, mine, user_id, StepStatus.DELEGATED, comment, clock.now())
        ask(approval, steps, clock.now())
        return await self._repository.save(approval, event="delegated", children={"steps": steps})

    async def add_signer(self, approval_id: str, user_id: str) -> dict[str, Any]:
        """Somebody else has to agree before the caller decides."""
        approval, steps, mine = await self._naming(approval_id, "add_signer", user_id)
        steps = put_before(steps, mine, user_id)
        ask(approval, steps, clock.now())
        return await self._repository.save(approval, event="signer_added", children={"steps": steps})

    async def replace(self, approval_id: str, user_id: str) -> None:
        """Every step that is open for a user goes to their nearest superior; NoApprover when there is none."""
        approval = await self._repository.load(approval_id)
        steps = await self._repository.children(approval, "steps")
        to = await Asking(self.uow, approval.submitter_id, approval.parties, []).stand_in(user_id)
        if to is None:
            raise NoApprover
        for step in [step for step in steps if step.is_open and step.approver_id == user_id]:
            steps = hand_on(steps, step, to, StepStatus.REASSIGNED, None, clock.now())
        ask(approval, steps, clock.now())
        await self._repository.save(approval, event="reassigned", children={"steps": steps})

    async def _naming(
        self, approval_id: str, verb: str, user_id: str
    ) -> tuple[Approval, list[ApprovalStep], ApprovalStep]:
        """An approval with its steps and the caller's, who names a user that may be asked there."""
        approval = await self._repository.load(approval_id)
        STATES.demand(approval, verb)
        steps = await self._repository.children(approval, "steps")
        mine = step_of(steps, self.uow.principal.id)
        if user_id in approval.parties:
            raise Invalid.at("/user_id", "own_submission")
        if any(step.is_open and step.node == mine.node and step.approver_id == user_id for step in steps):
            raise Invalid.at("/user_id", "already_asked")
        if not await PeopleRepository(self.uow).able([user_id]):
            raise Invalid.at("/user_id", "reference_not_found", resource="user")
        return approval, steps, mine

    async def _matter(self, asked: Submission) -> Matter:
        teams = await PeopleRepository(self.uow).path(asked.team_id) if asked.team_id else []
        return Matter(asked.resource, asked.type, asked.amount, asked.currency, teams)

    async def _decide(self, approval_id: str, verb: str, comment: str | None) -> dict[str, Any]:
        approval = await self._repository.load(approval_id)
        steps = await self._repository.children(approval, "steps")
        if decide(approval, steps, self.uow.principal.id, verb, comment, clock.now()):
            return await self._end(approval, steps, verb)
        return await self._repository.save(approval, event="advanced", children={"steps": steps})

    async def _end(self, approval: Approval, steps: list[ApprovalStep], verb: str) -> dict[str, Any]:
        """Store the end, and let the record know in the same transaction."""
        answer = await self._repository.save(approval, event=ENDED[verb], children={"steps": steps})
        await OUTCOMES[approval.subject_type](self.uow, approval.subject_id, approval.status)
        return answer


def _new(
    asked: Submission, submitter_id: str, flow: ApprovalFlow, nodes: Sequence[ApprovalFlowNode]
) -> Approval:
    return Approval.new(
        subject_type=asked.resource,
        subject_id=asked.record_id,
        subject_name=asked.name,
        type=asked.type,
        amount=asked.amount,
        amount_currency=asked.currency,
        team_id=asked.team_id,
        submitter_id=submitter_id,
        flow_id=flow.id,
        flow_version=flow.version,
        nodes=children_json(NODES, nodes),
        status_entered_at=clock.now(),
    )


async def move_on(uow: UnitOfWork, user_id: str, _: Mapping[str, Any]) -> None:
    """When somebody leaves, what they were asked to decide is asked of their superior."""
    for approval_id in await LeavingRepository(uow).open_for(user_id):
        with entrusted(uow, approvals.read, REASSIGN):
            await ApprovalService(uow).replace(approval_id, user_id)


async def follow_roles(uow: UnitOfWork, user_id: str, changes: Mapping[str, Any]) -> None:
    """Whoever has no role any more that lets them decide leaves their approvals as somebody who is disabled does."""
    if "roles" in changes and not await PeopleRepository(uow).able([user_id]):
        await move_on(uow, user_id, changes)
