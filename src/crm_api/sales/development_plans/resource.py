"""Development plans as a resource: whoever reads an opportunity reads its plan."""

from crm_api.kit.resource import Children, Resource
from crm_api.kit.subjects import through
from crm_api.sales.development_plans.models import DevelopmentPlan, PlanItem
from crm_api.sales.opportunities.resource import opportunities

ITEMS = Children("items", PlanItem, "plan_id")
development_plans = Resource(
    name="development_plans",
    singular="development_plan",
    model=DevelopmentPlan,
    access=through("opportunity_id", opportunities),
    sorts={"created_at": "created_at", "next_due_on": "next_due_on_sort"},
    search=("name",),
    children=(ITEMS,),
    events=("started", "item_completed", "succeeded", "failed"),
)
START = development_plans.action("start")
COMPLETE = development_plans.action("complete")
SUCCEED = development_plans.action("succeed")
FAIL = development_plans.action("fail")
