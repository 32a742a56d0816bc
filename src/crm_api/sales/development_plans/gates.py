"""What development plans have to say when an opportunity enters a stage."""

from crm_api.kit.errors import Fault
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.development_plans.repository import PlanRepository
from crm_api.sales.opportunities.entry import Entry
from crm_api.sales.pipelines.models import PlanDemand

FURTHER = list(PlanDemand)


async def demand_plan(uow: UnitOfWork, entry: Entry) -> None:
    """The stage may ask for a plan that has come as far as a status; a failed one counts for none."""
    wanted = entry.stage.required_plan_status
    if wanted is None:
        return
    status = await PlanRepository(uow).status_for(entry.opportunity.id)
    if status is None or FURTHER.index(PlanDemand(status)) < FURTHER.index(PlanDemand(wanted)):
        entry.faults.append(Fault("pointer", "/stage_id", "plan_required", {"status": wanted}))
