"""Who decides at each node of a flow.

Nobody decides on what they have submitted, nor on what somebody else has submitted for them: where others are asked
too, these are left out, else the nearest superior of the submitter decides. In the place of somebody who cannot be
asked (disabled, deleted, without a role that decides) stands their nearest superior. A node without anybody refuses
the submission.
"""

from collections.abc import Collection, Sequence

from crm_api.kit.uow import UnitOfWork
from crm_api.workflow.approval_flows.models import ApprovalFlowNode, NodeKind
from crm_api.workflow.approvals.errors import NoApprover
from crm_api.workflow.approvals.repository import PeopleRepository


class Asking:
    """The people around one submission; `teams` lead from the topmost down to the record's own."""

    def __init__(
        self, uow: UnitOfWork, submitter_id: str, parties: Collection[str], teams: Sequence[str]
    ) -> None:
        self._people = PeopleRepository(uow)
        self._submitter = submitter_id
        self._parties = parties
        self._teams = teams

    async def approvers(self, nodes: Sequence[ApprovalFlowNode]) -> list[list[str]]:
        """The approvers of each node, in their order; they cannot be disabled before the commit."""
        while True:
            found = [await self._approvers(node) for node in nodes]
            everybody = {person for people in found for person in people}
            if await self._people.able(everybody) == everybody:
                return found

    async def stand_in(self, user_id: str) -> str | None:
        """The nearest superior of a user who may decide here."""
        above = await self._people.superiors(user_id)
        return next((person for person in above if person not in self._parties), None)

    async def _approvers(self, node: ApprovalFlowNode) -> list[str]:
        named = [person for person in await self._named(node) if person not in self._parties]
        able = await self._people.able(named)
        found = [person if person in able else await self.stand_in(person) for person in named]
        asked = [person for person in dict.fromkeys(found) if person is not None]
        asked = asked or [person for person in [await self.stand_in(self._submitter)] if person is not None]
        if not asked:
            raise NoApprover
        return asked

    async def _named(self, node: ApprovalFlowNode) -> list[str]:
        match node.kind:
            case NodeKind.SUPERIOR_CHAIN:
                return (await self._people.superiors(self._submitter))[: node.levels]
            case NodeKind.TEAM_LEADER:
                leaders = await self._people.leaders(self._teams)
                return [leader for leader in leaders if leader not in self._parties][:1]
            case NodeKind.ROLE:
                return await self._people.holders(str(node.role))
            case _:
                return node.user_ids
