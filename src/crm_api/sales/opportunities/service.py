"""The verbs of open opportunities; those that end or reopen them are in `closing`."""

from collections.abc import Mapping
from typing import Any

from crm_api.catalog.products.service import ProductService
from crm_api.kit import clock
from crm_api.kit.children import merged
from crm_api.kit.errors import Forbidden, Invalid, NotFound
from crm_api.kit.ids import as_id
from crm_api.kit.owning import assign_owner, first_owner
from crm_api.kit.principal import Permission
from crm_api.kit.references import visible_ids
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.document_lines.filling import products_of, with_offers
from crm_api.sales.opportunities.entry import demand_entry
from crm_api.sales.opportunities.errors import NoWayBack
from crm_api.sales.opportunities.history import begin
from crm_api.sales.opportunities.lines import check_currencies
from crm_api.sales.opportunities.models import AmountSource, Opportunity, OpportunityLine, StageMove
from crm_api.sales.opportunities.repository import OpportunityRepository
from crm_api.sales.opportunities.resource import ASSIGN, IMPORT_HISTORY, LINES, MOVE, opportunities
from crm_api.sales.opportunities.stages import chosen, is_backward, open_stage
from crm_api.sales.pipelines.models import PipelineStage, StageKind


class OpportunityService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = OpportunityRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new opportunity; in a closed stage only by those who may import history."""
        values = dict(given)
        refuse_unwritable(self.uow, opportunities, values)
        owner = await first_owner(self.uow, values)
        opportunity = Opportunity.new(name="", name_sort="", status=StageKind.OPEN, **owner)
        stage_id = values.pop("stage_id", None)
        stages = await self._repository.stages_to_begin_in(values.pop("pipeline_id", None), stage_id)
        children = await self._price(opportunity, values)
        stage = chosen(stages, stage_id)
        await begin(self.uow, opportunity, stage, values, may_import=self._may(IMPORT_HISTORY, opportunity))
        made = await self._repository.add(opportunity, children=children)
        if opportunity.status == StageKind.OPEN:  # what is over already passed its gates elsewhere
            await demand_entry(self.uow, opportunity, stage)
        return made

    async def update(self, opportunity_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears. A new stage is a move, a new owner an assignment; each has its right."""
        values = dict(given)
        refuse_unwritable(self.uow, opportunities, values)
        opportunity = await self._repository.load(opportunity_id)
        opportunity.demand_open()
        event = await assign_owner(self.uow, opportunity, values, ASSIGN)
        stage = await self._move(opportunity, values.pop("pipeline_id", None), values.pop("stage_id", None))
        if stage is not None:
            event = "moved" if event == "updated" else event
        children = await self._price(opportunity, values)
        if "name" in values:
            opportunity.rename(values.pop("name"))
        opportunity.apply(values)
        saved = await self._repository.save(opportunity, event=event, children=children)
        if stage is not None:
            await demand_entry(self.uow, opportunity, stage)
        return saved

    async def move(self, opportunity_id: str, stage_id: str) -> dict[str, Any]:
        """Take it to another open stage of its pipeline."""
        opportunity = await self._repository.load(opportunity_id)
        opportunity.demand_open()
        stage = await self._move(opportunity, None, stage_id)
        saved = await self._repository.save(opportunity, event="moved")
        if stage is not None:
            await demand_entry(self.uow, opportunity, stage)
        return saved

    async def delete(self, opportunity_id: str) -> None:
        """Softly: it can be restored. What is closed stays."""
        opportunity = await self._repository.load(opportunity_id)
        opportunity.demand_open()
        opportunity.deleted_at = clock.now()
        await self._repository.save(opportunity, event="deleted")

    async def restore(self, opportunity_id: str) -> dict[str, Any]:
        """Undo a deletion, unless another opportunity has taken its external ids meanwhile."""
        opportunity = await self._repository.load(opportunity_id, deleted=True)
        opportunity.deleted_at = None
        return await self._repository.save(opportunity, event="restored")

    async def stage_moves(self, opportunity_id: str) -> list[dict[str, Any]]:
        """Its way so far, if the caller can see it."""
        if as_id(opportunity_id) is None or not await visible_ids(self.uow, opportunities, {opportunity_id}):
            raise NotFound
        return await self._repository.moves(opportunity_id)

    async def _move(
        self, opportunity: Opportunity, pipeline_id: str | None, stage_id: str | None
    ) -> PipelineStage | None:
        """Take it to another stage; None when it stands there already."""
        pipeline_id = pipeline_id or opportunity.pipeline_id
        if stage_id in (None, opportunity.stage_id) and pipeline_id == opportunity.pipeline_id:
            return None
        if not self._may(MOVE, opportunity):
            raise Forbidden
        stages = await self._repository.stages(opportunity.pipeline_id, pipeline_id)
        there = [stage for stage in stages if stage.pipeline_id == pipeline_id]
        if not there:
            raise Invalid.at("/pipeline_id", "reference_not_found", resource="pipeline")
        stage, at = open_stage(there, stage_id), clock.now()
        former = next(stage for stage in stages if stage.id == opportunity.stage_id)
        if is_backward(former, stage) and not await self._repository.allows_backward(pipeline_id):
            raise NoWayBack
        self._repository.log(StageMove.between(opportunity, former, stage, at, self.uow.principal.id))
        opportunity.enter(stage, at)
        return stage

    async def _price(self, opportunity: Opportunity, values: dict[str, Any]) -> dict[str, Any]:
        """Take lines and amount out of a body; an amount that is null follows the lines again."""
        if not values.keys() & {"lines", "amount"}:
            return {}
        lines: list[OpportunityLine] = await self._repository.children(opportunity, "lines")
        children = {}
        if "lines" in values:
            children["lines"] = lines = await self._lines(opportunity, lines, values.pop("lines"))
        if values.get("amount") is not None:
            opportunity.state_amount(values.pop("amount"), values.pop("amount_currency"))
        elif "amount" in values or opportunity.amount_source == AmountSource.LINES:
            values.pop("amount", None)
            opportunity.sum_lines(lines)
        check_currencies(lines, opportunity.amount_currency)
        return children

    async def _lines(
        self, opportunity: Opportunity, before: list[OpportunityLine], given: list[dict[str, Any]]
    ) -> list[OpportunityLine]:
        known = {line.id: line for line in before}
        offers = await ProductService(self.uow).offers(products_of(given, known).values())
        history = self._may(IMPORT_HISTORY, opportunity)
        return merged(LINES, opportunity.id, before, with_offers(given, known, offers, history=history))

    def _may(self, right: Permission, opportunity: Opportunity) -> bool:
        principal = self.uow.principal
        reach = principal.reach(right)
        return opportunities.access.admits(principal, reach, opportunity.owner_id, opportunity.team_id)
