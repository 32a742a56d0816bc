"""Receivables as a resource."""

from crm_api.finance.receivables.models import Receivable
from crm_api.kit.access import owned
from crm_api.kit.resource import Resource

receivables = Resource(
    name="receivables",
    singular="receivable",
    model=Receivable,
    access=owned(),
    exportable=True,
    sorts={"created_at": "created_at", "due_on": "due_on"},
    open_when={"status": ("open", "part")},
    subject=True,
    guarded=True,
    events=("part_paid", "paid", "reopened", "lowered", "cancelled"),
)
ASSIGN = receivables.action("assign")
CANCEL = receivables.action("cancel")
PLAN = receivables.action("plan")
