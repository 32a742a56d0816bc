"""Operations: long work that is answered with 202 at once, and watched, cancelled and read while it runs.

`start` asks for the job in the unit that needs it. What the job then does to its operation is one guarded UPDATE each:
from the states it may come from, so that a cancelled operation stays cancelled whoever else was about to change it.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Text, Uuid, any_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.dml import Update
from sqlalchemy.sql.expression import bindparam

from crm_api.jobs.errors import OperationHeld
from crm_api.jobs.models import Operation, OperationStatus, operations
from crm_api.jobs.port import enqueue
from crm_api.kit import clock
from crm_api.kit.answers import problem_content
from crm_api.kit.db import table
from crm_api.kit.effects import event, insert_of
from crm_api.kit.errors import Problem
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped_update
from crm_api.kit.uow import UnitOfWork

KEPT = timedelta(days=7)
OPEN = (OperationStatus.QUEUED, OperationStatus.RUNNING)


async def start(
    uow: UnitOfWork,
    name: str,
    args: Mapping[str, Any],
    *,
    total: int | None = None,
    cancellable: bool = True,
) -> dict[str, Any]:
    """Ask for a job as an operation; the answer is the operation as its owner reads it, to be sent with status 202."""
    at, me = clock.now(), uow.principal.id
    row = Operation.new(
        tenant_id=uow.principal.tenant_id,
        type=name,
        progress={"done": 0, "total": total, "message_code": None},
        cancellable=cancellable,
        owner_id=me,
        created_at=at,
        created_by=me,
        updated_at=at,
        updated_by=me,
    )
    await uow.fetch(("insert", "operations"), lambda: insert_of(Operation), row.__dict__)
    uow.add(event(uow, operations, row, "created", {"type": {"from": None, "to": name}}, at))
    await enqueue(uow, name, args, operation=row.id)
    return await Repository[Operation](uow, operations).answer(row)


async def begin(uow: UnitOfWork, operation_id: str) -> bool:
    """It runs, or runs again; False when it has been cancelled meanwhile."""
    values = {"status": OperationStatus.RUNNING, "started_at": clock.now()}
    return await _change(uow, operation_id, OPEN, values) is not None


async def succeed(
    uow: UnitOfWork,
    operation_id: str,
    result: Mapping[str, Any] | None,
    progress: Mapping[str, Any] | None = None,
) -> None:
    """It has its result, kept for 7 days."""
    told = {"progress": dict(progress)} if progress else {}
    await _finish(uow, operation_id, OperationStatus.SUCCEEDED, {"result": result, "error": None, **told})


async def fail(uow: UnitOfWork, operation_id: str, problem: Problem, language: str) -> None:
    """It could not be done, for a reason its owner can read."""
    told = {"error": problem_content(problem, language)}
    await _finish(uow, operation_id, OperationStatus.FAILED, told)


async def hold(uow: UnitOfWork, operation_id: str, language: str) -> None:
    """It was given up; its dead letter can start it again."""
    told = {"error": problem_content(OperationHeld(), language)}
    await _finish(uow, operation_id, OperationStatus.HELD, told)


async def stop(uow: UnitOfWork, operation_id: str) -> None:
    """It has stopped because its owner wanted it to."""
    await _finish(uow, operation_id, OperationStatus.CANCELLED, {})


async def reopen(uow: UnitOfWork, operation_id: str) -> None:
    """What was held waits again."""
    values = {"status": OperationStatus.QUEUED, "error": None, "finished_at": None, "expires_at": None}
    await _change(uow, operation_id, (OperationStatus.HELD,), values)


async def tell(uow: UnitOfWork, operation_id: str, progress: Mapping[str, Any]) -> bool:
    """How far it is; True when its owner wants it to stop."""
    found = await _change(uow, operation_id, (OperationStatus.RUNNING,), {"progress": dict(progress)})
    return found is None or bool(found["cancel_requested"])


async def _finish(
    uow: UnitOfWork, operation_id: str, status: OperationStatus, values: Mapping[str, Any]
) -> None:
    at = clock.now()
    ended = {"status": status, "finished_at": at, "expires_at": at + KEPT, **values}
    found = await _change(uow, operation_id, OPEN, ended)
    if found:
        row = SimpleNamespace(**found)
        uow.add(event(uow, operations, row, status.value, {"status": {"from": None, "to": status.value}}, at))


async def _change(
    uow: UnitOfWork, operation_id: str, when: tuple[OperationStatus, ...], values: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Its id, version and owner after the change; None when it is not in one of the states."""
    names = tuple(sorted(values))
    given = {f"new_{name}": value for name, value in values.items()}
    rows = await uow.fetch(
        ("operation", names),
        lambda: _update(names),
        {"id": operation_id, "states": [state.value for state in when], "at": clock.now(), **given},
    )
    return dict(rows[0]) if rows else None


def _update(names: tuple[str, ...]) -> Update:
    columns = table(Operation).c
    written = {name: bindparam(f"new_{name}", type_=columns[name].type) for name in names}
    return (
        scoped_update(Operation)
        .where(
            columns.id == bindparam("id", type_=Uuid(as_uuid=False)),
            columns.status == any_(bindparam("states", type_=ARRAY(Text))),
        )
        .values(
            **written,
            version=columns.version + 1,
            updated_at=bindparam("at", type_=columns.updated_at.type),
            updated_by=bindparam("me", type_=columns.updated_by.type),
        )
        .returning(columns.id, columns.version, columns.owner_id, columns.team_id, columns.cancel_requested)
    )
