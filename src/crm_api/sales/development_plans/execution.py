"""The verbs that work on a development plan and end it."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit import clock
from crm_api.kit.allowed import admit
from crm_api.kit.errors import Forbidden, NotFound
from crm_api.kit.references import visible_ids
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.resource import customers
from crm_api.parties.customers.service import CustomerService
from crm_api.sales.development_plans.deals import deal_of
from crm_api.sales.development_plans.errors import DealWithoutCustomer, PlanEmpty, PlanItemDone
from crm_api.sales.development_plans.models import STATES, DevelopmentPlan
from crm_api.sales.development_plans.repository import PlanRepository
from crm_api.sales.development_plans.resource import SUCCEED, development_plans
from crm_api.sales.opportunities.models import Opportunity
from crm_api.sales.opportunities.resource import MOVE
from crm_api.sales.opportunities.service import OpportunityService
from crm_api.setup.dictionaries.service import DictionaryService
from crm_api.setup.dictionary_types.models import PLAN_FAILURE_REASON


class ExecutionService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = PlanRepository(uow)

    async def start(self, plan_id: str) -> dict[str, Any]:
        """Work begins: the opportunity is open and there is something to do."""
        plan, opportunity = await self._loaded(plan_id)
        STATES.take(plan, "start", clock.now())
        opportunity.demand_open()
        if not await self._repository.children(plan, "items"):
            raise PlanEmpty
        return await self._repository.save(plan, event="started")

    async def complete(self, plan_id: str, item_id: str, result: str) -> dict[str, Any]:
        """An item is done, and this came of it; of two at once the second finds it done."""
        plan, _ = await self._loaded(plan_id)
        STATES.take(plan, "complete", clock.now())
        items = await self._repository.children(plan, "items")
        item = next((item for item in items if item.id == item_id), None)
        if item is None:
            raise NotFound
        if item.done:
            raise PlanItemDone
        item.result = result
        item.tick(done=True, at=clock.now())
        plan.schedule(items)
        return await self._repository.save(plan, event="item_completed", children={"items": list(items)})

    async def succeed(self, plan_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Done. The opportunity may move on and its customer be more from now on; all of it or nothing."""
        plan, opportunity = await self._loaded(plan_id)
        plan.end("succeed", clock.now())
        saved = await self._repository.save(plan, event="succeeded")
        if given.get("stage_id") is not None:
            admit(self.uow, MOVE)
            await OpportunityService(self.uow).move(opportunity.id, given["stage_id"])
        if given.get("lifecycle") is not None:
            await self._promote(opportunity, given["lifecycle"])
        admit(self.uow, SUCCEED)
        return saved

    async def fail(self, plan_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Given up for a reason from the data dictionary; the opportunity may have another plan."""
        refuse_unwritable(self.uow, development_plans, given)
        plan, _ = await self._loaded(plan_id)
        reason = given["failure_reason"]
        plan.end("fail", clock.now(), reason=reason, note=given["failure_note"])
        await DictionaryService(self.uow).check(PLAN_FAILURE_REASON, reason, "/failure_reason")
        return await self._repository.save(plan, event="failed")

    async def _loaded(self, plan_id: str) -> tuple[DevelopmentPlan, Opportunity]:
        plan = await self._repository.load(plan_id)
        return plan, await deal_of(self.uow, plan.opportunity_id)

    async def _promote(self, opportunity: Opportunity, lifecycle: str) -> None:
        customer_id = opportunity.customer_id
        if customer_id is None:
            raise DealWithoutCustomer
        admit(self.uow, customers.update)
        if not await visible_ids(self.uow, customers, {customer_id}):
            raise Forbidden
        await CustomerService(self.uow).update(customer_id, {"lifecycle": lifecycle})
