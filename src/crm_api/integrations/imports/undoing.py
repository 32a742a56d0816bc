"""Taking an import back: what it created is deleted, what it changed is restored, what others changed is left."""

from collections.abc import Sequence
from typing import Any

from crm_api.integrations.imports.models import Import, RowStatus
from crm_api.integrations.imports.repository import ImportRepository
from crm_api.kit import clock
from crm_api.kit.allowed import admit
from crm_api.kit.conflicts import REFUSALS, as_problem
from crm_api.kit.errors import Conflict, Problem
from crm_api.kit.repository import Repository
from crm_api.kit.resource import Resource
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writers import WRITERS

WRITTEN = (RowStatus.CREATED, RowStatus.UPDATED)
_LAST = 2**31 - 1


async def undo_rows(
    uow: UnitOfWork, given: Import, resource: Resource, before: int | None, limit: int
) -> int | None:
    """Take back the last rows before a place, the last one first; the place to go on from, None at the top."""
    repository = ImportRepository(uow)
    rows = await repository.rows(given.id, WRITTEN, _LAST if before is None else before, limit, back=True)
    await _take_back(uow, given, resource, rows)
    return rows[-1]["row_no"] if len(rows) == limit else None


async def _take_back(
    uow: UnitOfWork, given: Import, resource: Resource, rows: Sequence[dict[str, Any]]
) -> None:
    """Many in one savepoint; where one cannot be taken back, in halves."""
    if not rows:
        return
    repository = ImportRepository(uow)
    try:
        async with uow.savepoint():
            for row in rows:
                await (_delete if row["status"] == RowStatus.CREATED else _restore)(uow, resource, row)
        await repository.settle(given.id, [row["row_no"] for row in rows], RowStatus.UNDONE)
    except REFUSALS as error:
        if len(rows) > 1:
            half = len(rows) // 2
            await _take_back(uow, given, resource, rows[:half])
            await _take_back(uow, given, resource, rows[half:])
            return
        problem: Problem = await as_problem(uow, error)
        errors: list[dict[str, Any]] = [{"column": None, "field": None, "code": problem.code, "params": {}}]
        await repository.settle(given.id, [rows[0]["row_no"]], RowStatus.CONFLICT, errors)


async def _delete(uow: UnitOfWork, resource: Resource, written: dict[str, Any]) -> None:
    """Also what could not be deleted in the course of business, such as a deal that was closed when it came in."""
    admit(uow, resource.delete)
    repository: Repository[Any] = Repository(uow, resource)
    row = await repository.load(written["record_id"])
    _demand_untouched(row, written)
    row.deleted_at = clock.now()
    await repository.save(row, event="deleted")


async def _restore(uow: UnitOfWork, resource: Resource, written: dict[str, Any]) -> None:
    writer = WRITERS[resource.name]
    admit(uow, resource.update)
    repository: Repository[Any] = Repository(uow, resource)
    row = await repository.load(written["record_id"])
    _demand_untouched(row, written)
    diff = await ImportRepository(uow).diff(resource, written["record_id"], written["version"])
    before: dict[str, Any] = {}
    for name, change in diff.items():
        whole, dot, part = name.partition(".")
        if dot:
            before.setdefault(whole, {})[part] = change["from"]
        elif name in writer.update_schema.model_fields:
            before[name] = change["from"]
    await writer.update(uow, written["record_id"], before, None)


def _demand_untouched(row: Any, written: dict[str, Any]) -> None:
    if row.version != written["version"]:
        raise Conflict("changed_after_import")
