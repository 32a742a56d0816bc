"""Opportunities as a resource."""

from crm_api.kit.access import owned
from crm_api.kit.resource import Children, Resource
from crm_api.sales.opportunities.models import Opportunity, OpportunityLine

LINES = Children("lines", OpportunityLine, "opportunity_id")
opportunities = Resource(
    name="opportunities",
    singular="opportunity",
    model=Opportunity,
    access=owned(),
    importable=True,
    exportable=True,
    sorts={
        "created_at": "created_at",
        "name": "name_sort",
        "amount": "amount_micro",
        "expected_close_on": "expected_close_on_sort",
    },
    search=("name",),
    children=(LINES,),
    open_when={"status": ("open",)},
    subject=True,
    events=("moved", "won", "lost", "reopened"),
)
ASSIGN = opportunities.action("assign")
SUBMIT = opportunities.action("submit")
MOVE = opportunities.action("move")
WIN = opportunities.action("win")
LOSE = opportunities.action("lose")
REOPEN = opportunities.action("reopen")
IMPORT_HISTORY = opportunities.action("import_history")
