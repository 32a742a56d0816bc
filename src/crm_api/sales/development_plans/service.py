"""The verbs that make and change development plans; working on them is in `execution`."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit import clock
from crm_api.kit.references import check_references, owner_of
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.development_plans.deals import deal_of
from crm_api.sales.development_plans.items import listed
from crm_api.sales.development_plans.models import STATES, DevelopmentPlan
from crm_api.sales.development_plans.repository import PlanRepository
from crm_api.sales.development_plans.resource import development_plans
from crm_api.sales.opportunities.resource import opportunities


class PlanService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = PlanRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A draft for an open opportunity; of two at once one is a duplicate."""
        values = {name: value for name, value in given.items() if name != "id" or value}
        refuse_unwritable(self.uow, development_plans, values)
        opportunity_id = values["opportunity_id"]
        await check_references(self.uow, {"/opportunity_id": (opportunities.name, opportunity_id)})
        opportunity = await deal_of(self.uow, opportunity_id)
        opportunity.demand_open()
        if "owner_id" in values:
            await owner_of(self.uow, values["owner_id"])
        items = values.pop("items", [])
        owner = {"owner_id": opportunity.owner_id}
        plan = DevelopmentPlan.new(status_entered_at=clock.now(), **{**owner, **values})
        children = {"items": await listed(self.uow, plan, [], items)}
        return await self._repository.add(plan, children=children)

    async def update(self, plan_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears; `items` is the complete list. What has succeeded or failed is frozen."""
        values = dict(given)
        refuse_unwritable(self.uow, development_plans, values)
        plan = await self._taken(plan_id, "update")
        if values.get("owner_id", plan.owner_id) != plan.owner_id:
            await owner_of(self.uow, values["owner_id"])
        items = values.pop("items", None)
        plan.apply(values)
        children = {}
        if items is not None:
            before = await self._repository.children(plan, "items")
            children["items"] = await listed(self.uow, plan, before, items)
        return await self._repository.save(plan, children=children)

    async def delete(self, plan_id: str) -> None:
        """Softly: it can be restored. What was started stays."""
        plan = await self._taken(plan_id, "delete")
        plan.deleted_at = clock.now()
        await self._repository.save(plan, event="deleted")

    async def restore(self, plan_id: str) -> dict[str, Any]:
        """Undo a deletion, unless its opportunity has another plan meanwhile."""
        plan = await self._repository.load(plan_id, deleted=True)
        await deal_of(self.uow, plan.opportunity_id)
        plan.deleted_at = None
        return await self._repository.save(plan, event="restored")

    async def _taken(self, plan_id: str, verb: str) -> DevelopmentPlan:
        plan = await self._repository.load(plan_id)
        await deal_of(self.uow, plan.opportunity_id)
        STATES.take(plan, verb, clock.now())
        return plan
