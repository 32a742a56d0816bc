"""The verbs that end a task, and the one that takes it up again."""

from collections.abc import Mapping
from typing import Any

from crm_api.activities.contact_times.service import ContactTimeService
from crm_api.activities.interactions.resource import interactions
from crm_api.activities.interactions.service import InteractionService, Prepared
from crm_api.activities.tasks.errors import WithoutSubject
from crm_api.activities.tasks.models import STATES, Task
from crm_api.activities.tasks.recurrence import next_task
from crm_api.activities.tasks.repository import TaskRepository
from crm_api.activities.tasks.resource import CHECKLIST, COMPLETE
from crm_api.kit import clock
from crm_api.kit.allowed import admit
from crm_api.kit.children import merged
from crm_api.kit.uow import UnitOfWork


class CompletionService:
    """A task is done once: with what came of it and with the task that follows, all or nothing."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = TaskRepository(uow)
        self._interactions = InteractionService(uow)
        self._times = ContactTimeService(uow)

    async def complete(self, task_id: str, told: Mapping[str, Any] | None) -> dict[str, Any]:
        """Done, and told as an interaction; one that recurs is followed by the next, which it names ever after."""
        task = await self._repository.load(task_id)
        STATES.take(task, "complete", clock.now())
        interaction = await self._prepared(task, told) if told is not None else None
        async with self._times.following(task, *([interaction.row] if interaction else [])):
            if interaction:
                task.interaction_id = (await self._interactions.record(interaction))["id"]
            admit(self.uow, COMPLETE)
            await self._follow_up(task)
            return await self._repository.save(task, event="completed")

    async def cancel(self, task_id: str) -> dict[str, Any]:
        """Not to be done any more; nothing follows it."""
        return await self._turn(task_id, "cancel", "cancelled")

    async def reopen(self, task_id: str) -> dict[str, Any]:
        """To be done after all; what has come of it stays."""
        return await self._turn(task_id, "reopen", "reopened")

    async def _turn(self, task_id: str, verb: str, event: str) -> dict[str, Any]:
        task = await self._repository.load(task_id)
        STATES.take(task, verb, clock.now())
        async with self._times.following(task):
            return await self._repository.save(task, event=event)

    async def _prepared(self, task: Task, told: Mapping[str, Any]) -> Prepared:
        if task.subject_type is None:
            raise WithoutSubject
        admit(self.uow, interactions.create)
        about = {"subject_type": task.subject_type, "subject_id": task.subject_id}
        return await self._interactions.prepare({**told, **about})

    async def _follow_up(self, task: Task) -> None:
        """Make the next of a series, unless it was made when the task was done before."""
        if task.next_id is not None:
            return
        following = next_task(task, clock.now(), await self._repository.zone_of(task.owner_id))
        if following is not None:
            done = await self._repository.children(task, CHECKLIST.name)
            items = [{"title": item.title} for item in done]
            children = {CHECKLIST.name: merged(CHECKLIST, following.id, [], items)}
            task.next_id = (await TaskRepository(self.uow).add(following, children=children))["id"]
