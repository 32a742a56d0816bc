"""Approvals that a stage asks for: of one deal, for one stage, at one amount."""

from typing import Any

from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.opportunities.entry import Entry
from crm_api.sales.opportunities.models import Opportunity
from crm_api.sales.opportunities.repository import OpportunityRepository
from crm_api.sales.opportunities.resource import opportunities
from crm_api.sales.opportunities.stages import chosen
from crm_api.sales.pipelines.models import PipelineStage
from crm_api.workflow.approvals.service import ApprovalService, Submission


class ApprovingService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = OpportunityRepository(uow)

    async def submit(self, opportunity_id: str, stage_id: str) -> dict[str, Any] | None:
        """Ask whether a deal may enter a stage of its pipeline; the approval that decides."""
        opportunity = await self._repository.load(opportunity_id)
        opportunity.demand_open()
        stage = chosen(await self._repository.stages(opportunity.pipeline_id), stage_id)
        if not stage.approval_required:
            raise Invalid.at("/stage_id", "approval_not_required")
        return await ApprovalService(self.uow).submit(_asked(opportunity, stage))


async def demand_approval(uow: UnitOfWork, entry: Entry) -> None:
    """The stage may ask for an approval; once the amount is another, for another one."""
    stage = entry.stage
    if stage.approval_required and not await ApprovalService(uow).is_granted(
        _asked(entry.opportunity, stage)
    ):
        entry.faults.append(Fault("pointer", "/stage_id", "approval_required"))


async def settle_opportunity(uow: UnitOfWork, opportunity_id: str, outcome: str) -> None:
    """Whatever was decided, the deal stays as it is: the gate asks the approval itself."""


def _asked(opportunity: Opportunity, stage: PipelineStage) -> Submission:
    """Flows know it by the id of the stage, as its type. Nothing is approved because nobody is asked."""
    return Submission(
        resource=opportunities.name,
        record_id=opportunity.id,
        name=f"{opportunity.name} → {stage.name}"[:200],
        type=stage.id,
        amount=opportunity.amount,
        currency=opportunity.amount_currency,
        team_id=opportunity.team_id,
        owner_id=opportunity.owner_id,
        required=True,
    )
