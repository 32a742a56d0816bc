"""`/api/v1/tasks`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.activities.tasks.completion import CompletionService
from crm_api.activities.tasks.resource import ASSIGN, CANCEL, COMPLETE, REOPEN, tasks
from crm_api.activities.tasks.schemas import TaskComplete, TaskCreate, TaskRead, TaskUpdate
from crm_api.activities.tasks.service import TaskService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.owning import Assignment
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(tasks.create)]
CanUpdate = Annotated[UnitOfWork, allowed(tasks.update)]
CanDelete = Annotated[UnitOfWork, allowed(tasks.delete)]
CanRestore = Annotated[UnitOfWork, allowed(tasks.restore)]
CanAssign = Annotated[UnitOfWork, allowed(ASSIGN)]
CanComplete = Annotated[UnitOfWork, allowed(COMPLETE)]
CanCancel = Annotated[UnitOfWork, allowed(CANCEL)]
CanReopen = Annotated[UnitOfWork, allowed(REOPEN)]

reads(router, tasks, TaskRead)
writes(router, tasks, TaskCreate, TaskUpdate, TaskService, TaskRead)


@router.post(
    "", status_code=201, response_model=TaskRead, operation_id="tasks_create", summary="Create a task"
)
async def create_task(data: TaskCreate, uow: CanCreate) -> Any:
    """It is open, and its creator's unless an owner is named; about a record that you may read, or about none.

    While it is open, the contact planned next with that record and its customer is due no later than the task.
    """
    return await TaskService(uow).create(data.given())


@router.patch("/{task_id}", response_model=TaskRead, operation_id="tasks_update", summary="Change a task")
async def update_task(task_id: str, data: TaskUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears, `checklist` is the complete list. Another owner needs the right to assign. 409 once it has ended."""
    return await TaskService(uow).update(task_id, data.given())


@router.delete("/{task_id}", status_code=204, operation_id="tasks_delete", summary="Delete a task")
async def delete_task(task_id: str, uow: CanDelete) -> None:
    """Softly: it can be restored."""
    await TaskService(uow).delete(task_id)


@router.post(
    "/{task_id}/restore", response_model=TaskRead, operation_id="tasks_restore", summary="Restore a task"
)
async def restore_task(task_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. 409 when another task has taken its external ids meanwhile."""
    return await TaskService(uow).restore(task_id)


@router.post(
    "/{task_id}/assign", response_model=TaskRead, operation_id="tasks_assign", summary="Assign a task"
)
async def assign_task(task_id: str, data: Assignment, uow: CanAssign) -> Any:
    """Give it to another user, or to nobody; the team it counts for follows the new owner. 409 once it has ended."""
    return await TaskService(uow).update(task_id, data.given())


@router.post(
    "/{task_id}/complete",
    response_model=TaskRead,
    operation_id="tasks_complete",
    summary="Complete a task",
)
async def complete_task(task_id: str, uow: CanComplete, data: TaskComplete | None = None) -> Any:
    """Open becomes done, and what came of it an interaction about the same record; all or nothing.

    One that recurs is followed by the next, `next_id`: due at the same time of day in its owner's time zone (the
    company's, if they have none), the first time that is still to come. An interaction needs the right to write it (403)
    and a record that the task is about (422). 409 once it has ended.
    """
    told = data.interaction.given() if data and data.interaction else None
    return await CompletionService(uow).complete(task_id, told)


@router.post(
    "/{task_id}/cancel", response_model=TaskRead, operation_id="tasks_cancel", summary="Cancel a task"
)
async def cancel_task(task_id: str, uow: CanCancel) -> Any:
    """Open becomes cancelled; nothing follows one that recurs. 409 once it has ended."""
    return await CompletionService(uow).cancel(task_id)


@router.post(
    "/{task_id}/reopen", response_model=TaskRead, operation_id="tasks_reopen", summary="Reopen a task"
)
async def reopen_task(task_id: str, uow: CanReopen) -> Any:
    """Done or cancelled becomes open. The interaction and the next task that came of it stay. 409 while it is open."""
    return await CompletionService(uow).reopen(task_id)
