"""Tasks as a resource."""

from crm_api.activities.tasks.models import ChecklistItem, Task
from crm_api.kit.access import owned
from crm_api.kit.resource import Children, Resource

CHECKLIST = Children("checklist", ChecklistItem, "task_id")
tasks = Resource(
    name="tasks",
    singular="task",
    model=Task,
    access=owned(),
    importable=True,
    exportable=True,
    sorts={"created_at": "created_at", "due_at": "due_at_sort"},
    search=("title", "description"),
    children=(CHECKLIST,),
    open_when={"status": ("open",)},
    label="title",
    events=("completed", "cancelled", "reopened", "reminded"),
)
ASSIGN = tasks.action("assign")
COMPLETE = tasks.action("complete")
CANCEL = tasks.action("cancel")
REOPEN = tasks.action("reopen")
REMIND = tasks.action("remind")
