"""The verbs that end an opportunity, and the one that takes it up again."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from crm_api.kit import clock
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.opportunities.entry import demand_entry
from crm_api.sales.opportunities.lines import check_currencies
from crm_api.sales.opportunities.models import Opportunity, StageMove
from crm_api.sales.opportunities.repository import OpportunityRepository
from crm_api.sales.opportunities.resource import opportunities
from crm_api.sales.opportunities.stages import closing, open_stage
from crm_api.sales.pipelines.models import PipelineStage, StageKind
from crm_api.setup.dictionaries.service import DictionaryService
from crm_api.setup.dictionary_types.models import LOSS_REASON


class ClosingService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = OpportunityRepository(uow)

    async def win(self, opportunity_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Won, today unless the body says otherwise; of two at once the second meets a closed one."""
        refuse_unwritable(self.uow, opportunities, given)
        opportunity = await self._repository.load(opportunity_id)
        opportunity.demand_open()
        if given.get("amount") is not None:
            opportunity.state_amount(given["amount"], given["amount_currency"])
            lines = await self._repository.children(opportunity, "lines")
            check_currencies(lines, opportunity.amount_currency)
        stages = await self._repository.stages(opportunity.pipeline_id)
        stage, at = closing(stages, given.get("stage_id"), StageKind.WON), clock.now()
        self._log(opportunity, stages, stage, at)
        opportunity.win(stage, self._day(given), at)
        return await self._enter(opportunity, stage, "won")

    async def lose(self, opportunity_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Lost for a reason from the data dictionary, today unless the body says otherwise."""
        refuse_unwritable(self.uow, opportunities, given)
        opportunity = await self._repository.load(opportunity_id)
        opportunity.demand_open()
        reason = given["loss_reason"]
        await DictionaryService(self.uow).check(LOSS_REASON, reason, "/loss_reason")
        stages = await self._repository.stages(opportunity.pipeline_id)
        stage, at = closing(stages, given.get("stage_id"), StageKind.LOST), clock.now()
        self._log(opportunity, stages, stage, at)
        opportunity.lose(stage, self._day(given), at, reason=reason, note=given.get("loss_note"))
        return await self._enter(opportunity, stage, "lost")

    async def reopen(self, opportunity_id: str, stage_id: str | None) -> dict[str, Any]:
        """Open again, in the first open stage unless the body names one."""
        opportunity = await self._repository.load(opportunity_id)
        stages = await self._repository.stages(opportunity.pipeline_id)
        stage, at = open_stage(stages, stage_id), clock.now()
        self._log(opportunity, stages, stage, at)
        opportunity.reopen(stage, at)
        return await self._enter(opportunity, stage, "reopened")

    async def _enter(self, opportunity: Opportunity, stage: PipelineStage, event: str) -> dict[str, Any]:
        """Store it, unless the gate of the stage has something against it."""
        saved = await self._repository.save(opportunity, event=event)
        await demand_entry(self.uow, opportunity, stage)
        return saved

    def _log(
        self, opportunity: Opportunity, stages: list[PipelineStage], stage: PipelineStage, at: datetime
    ) -> None:
        former = next(stage for stage in stages if stage.id == opportunity.stage_id)
        self._repository.log(StageMove.between(opportunity, former, stage, at, self.uow.principal.id))

    def _day(self, given: Mapping[str, Any]) -> date:
        return given.get("closed_on") or clock.today(self.uow.principal.time_zone)
