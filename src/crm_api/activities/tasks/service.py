"""The verbs of tasks; how they end is in `completion`."""

from collections.abc import Mapping
from typing import Any

from crm_api.activities.contact_times.service import About, ContactTimeService
from crm_api.activities.subjects.service import SubjectService
from crm_api.activities.tasks.models import STATES, Task
from crm_api.activities.tasks.repository import TaskRepository
from crm_api.activities.tasks.resource import ASSIGN, CHECKLIST, tasks
from crm_api.kit import clock
from crm_api.kit.children import merged
from crm_api.kit.effects import events
from crm_api.kit.errors import Invalid
from crm_api.kit.owning import assign_owner, first_owner
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork

AT_ONCE = 1_000


class TaskService:
    """Raises kinds, emits facts; the contact times of the record that a task is about follow."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = TaskRepository(uow)
        self._times = ContactTimeService(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new task, its creator's unless another owner is named."""
        values = dict(given)
        refuse_unwritable(self.uow, tasks, values)
        owner = await first_owner(self.uow, values)
        items = values.pop(CHECKLIST.name, [])
        task = Task.new(title="", status_entered_at=clock.now(), **owner)
        task.plan(values)
        await self._settle_subject(task)
        checklist = merged(CHECKLIST, task.id, [], items)
        async with self._times.following(task):
            return await self._repository.add(task, children={CHECKLIST.name: checklist})

    async def update(self, task_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears; a new owner needs the right to assign."""
        values = dict(given)
        refuse_unwritable(self.uow, tasks, values)
        task = await self._repository.load(task_id)
        STATES.take(task, "update", clock.now())
        event = await assign_owner(self.uow, task, values, ASSIGN)
        children = {}
        if CHECKLIST.name in values:
            before = await self._repository.children(task, CHECKLIST.name)
            children = {CHECKLIST.name: merged(CHECKLIST, task.id, before, values.pop(CHECKLIST.name))}
        former = About.of(task)
        task.plan(values)
        await self._settle_subject(task)
        async with self._times.following(former, task):
            return await self._repository.save(task, event=event, children=children)

    async def delete(self, task_id: str) -> None:
        """Softly: it can be restored."""
        task = await self._repository.load(task_id)
        STATES.take(task, "delete", clock.now())
        task.deleted_at = clock.now()
        await self._repository.save(task, event="deleted")

    async def restore(self, task_id: str) -> dict[str, Any]:
        """Undo a deletion, unless another task has taken its external ids meanwhile."""
        task = await self._repository.load(task_id, deleted=True)
        task.deleted_at = None
        async with self._times.following(task):
            return await self._repository.save(task, event="restored")

    async def remind(self) -> None:
        """Fire the reminders that are due, each once: `task.reminded`."""
        at = clock.now()
        rows = await self._repository.remind(at, AT_ONCE)
        told = [(row, {"reminded_at": {"from": None, "to": at}}) for row in rows]
        await events(self.uow, tasks, "reminded", told, at)

    async def _settle_subject(self, task: Task) -> None:
        """It is about a record that its author sees, and counts for the customer of that record; or about nothing."""
        about = (task.subject_type, task.subject_id)
        if not task.changes().keys() & {"subject_type", "subject_id"}:
            return
        task.customer_id = None
        if about == (None, None):
            return
        for name, given in zip(("subject_type", "subject_id"), about, strict=True):
            if given is None:
                raise Invalid.at(f"/{name}", "required")
        named = (str(about[0]), str(about[1]))
        await SubjectService(self.uow).demand_read(*named)
        task.customer_id = await self._times.customer_of(*named)
