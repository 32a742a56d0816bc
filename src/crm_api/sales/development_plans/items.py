"""What the items of a body become."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_api.kit import clock
from crm_api.kit.children import merged
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.references import owner_of
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.development_plans.models import DevelopmentPlan, PlanItem, PlanStatus
from crm_api.sales.development_plans.resource import ITEMS

WORK = ("result", "done")


async def listed(
    uow: UnitOfWork, plan: DevelopmentPlan, before: Sequence[PlanItem], given: Sequence[Mapping[str, Any]]
) -> list[PlanItem]:
    """The items that a body describes. Results are written while the plan is executing; Invalid before."""
    known = {item.id for item in before}
    items = [dict(item) if item.get("id") in known else {"owner_id": plan.owner_id, **item} for item in given]
    if faults := _faults(plan, items, known):
        raise Invalid(faults=faults)
    held = {item.owner_id for item in before} | {plan.owner_id}
    for position, item in enumerate(items):
        if item.get("owner_id", plan.owner_id) not in held:
            await owner_of(uow, item["owner_id"], f"/items/{position}/owner_id")
    after: list[PlanItem] = merged(ITEMS, plan.id, before, items)
    for row in after:
        row.tick(done=row.done, at=clock.now())
    plan.schedule(after)
    return after


def _faults(plan: DevelopmentPlan, items: Sequence[Mapping[str, Any]], known: set[str]) -> list[Fault]:
    faults = [
        Fault("pointer", f"/items/{position}/action", "required")
        for position, item in enumerate(items)
        if item.get("id") not in known and "action" not in item
    ]
    if plan.status == PlanStatus.DRAFT:
        faults += [
            Fault("pointer", f"/items/{position}/{name}", "not_in_status", {"status": plan.status})
            for position, item in enumerate(items)
            for name in WORK
            if item.get(name)
        ]
    return faults
