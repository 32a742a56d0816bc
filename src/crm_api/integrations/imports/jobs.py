"""The long work of imports: reading every row, writing every row, taking them back. Each stops anywhere and goes on."""

import asyncio
from asyncio import to_thread
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any

from crm_api.integrations.imports.applying import Applier
from crm_api.integrations.imports.errors import ImportAuthorBarred
from crm_api.integrations.imports.fields import Spelling, Target
from crm_api.integrations.imports.files import opened, taken
from crm_api.integrations.imports.models import Import, ImportStatus, Outcome
from crm_api.integrations.imports.planning import Candidate, Plan
from crm_api.integrations.imports.reporting import Report
from crm_api.integrations.imports.repository import ImportRepository
from crm_api.integrations.imports.resource import COMMIT
from crm_api.integrations.imports.service import ImportService
from crm_api.integrations.imports.undoing import undo_rows
from crm_api.integrations.sheets.rows import Sheet
from crm_api.jobs.port import long_job
from crm_api.jobs.work import Cancelled, Work
from crm_api.kit.bulk import let_others
from crm_api.kit.errors import Forbidden, Problem
from crm_api.kit.failpoints import failpoint
from crm_api.kit.registries import RESOURCES
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writers import WRITERS

MANY, FEW, BACK = 1_000, 100, 100


async def _validate(work: Work, args: Mapping[str, Any]) -> Any:
    report = Report()
    async with _refusals_told(work, args, ImportStatus.DRAFT, report):
        run = await _started(work, args, ImportStatus.VALIDATING)
        if run is None:
            return None
        async with opened(run.given) as sheet:
            async for batch in _batches(sheet, run, 0):
                async with work.unit(COMMIT) as uow:
                    report.add(await run.applier.apply(uow, batch, dry=True))
                await work.progress(report.total())
        await _finish(work, run, ImportStatus.VALIDATED, report=report.as_json())
    return report.as_json()


async def _commit(work: Work, args: Mapping[str, Any]) -> Any:
    async with _refusals_told(work, args, ImportStatus.FAILED):
        run = await _started(work, args, ImportStatus.IMPORTING)
        if run is None:
            return None
        report = await _written(work, run)
        await _finish(work, run, ImportStatus.DONE)
    return report.counts()


async def _written(work: Work, run: "_Run") -> Report:
    """Every row that was not yet: where an earlier run has come to is found in the ledger."""
    async with work.unit(COMMIT) as uow:
        repository = ImportRepository(uow)
        last, report = await repository.last_row(run.given.id), Report(await repository.counts(run.given.id))
    try:
        async with opened(run.given) as sheet:
            batches = 0
            async for batch in _batches(sheet, run, last):
                async with work.unit(COMMIT) as uow:
                    report.add(await _write(uow, run, batch))
                    await ImportRepository(uow).note(run.given.id, report.counts())
                failpoint("import.batch")
                await work.progress(report.total())
                batches += 1
                if batches.bit_count() == 1:  # as many again were written: 1, 2, 4, 8, …
                    async with work.unit(COMMIT) as uow:
                        await ImportRepository(uow).refresh_statistics(run.given.resource)
    except Cancelled:  # what was written stays, and can be taken back
        await _finish(work, run, ImportStatus.DONE)
        raise
    return report


async def _write(uow: UnitOfWork, run: "_Run", batch: Sequence[Candidate]) -> list[Outcome]:
    outcomes = await run.applier.apply(uow, batch)
    failpoint("import.written")
    await ImportRepository(uow).log(run.given.id, outcomes)
    return outcomes


async def _undo(work: Work, args: Mapping[str, Any]) -> Any:
    async with _refusals_told(work, args, ImportStatus.FAILED):
        run = await _started(work, args, ImportStatus.UNDOING)
        if run is None:
            return None
        place: int | None = None
        while True:
            async with work.unit(COMMIT) as uow:
                place = await undo_rows(uow, run.given, RESOURCES[run.given.resource], place, BACK)
                counts = await ImportRepository(uow).counts(run.given.id)
                await ImportRepository(uow).note(run.given.id, counts)
            failpoint("import.undone")
            if place is None:
                await _finish(work, run, ImportStatus.UNDONE)
                return counts


@asynccontextmanager
async def _refusals_told(
    work: Work, args: Mapping[str, Any], status: ImportStatus, report: Report | None = None
) -> AsyncIterator[None]:
    """What would be refused again ends the run, in the name of the job: its author may have no right left to say so."""
    try:
        yield
    except Problem as problem:
        if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        told = ImportAuthorBarred() if isinstance(problem, Forbidden) else problem
        found = {"report": report.as_json()} if report else {}
        async with work.own_unit(COMMIT) as uow:
            await ImportService(uow).finish(args["import_id"], status, failure=told.code, **found)
        raise told from problem


class _Run:
    """One import at work: as it was configured when it was started, and with the rights of this moment."""

    def __init__(self, given: Import, uow: UnitOfWork, known: Mapping[str, Target]) -> None:
        resource, writer = RESOURCES[given.resource], WRITERS[given.resource]
        spelling = Spelling(given.date_format, given.decimal_comma, uow.principal.time_zone)
        self.given = given
        self.plan = Plan(given, resource, known, spelling, uow.principal.currency)
        self.applier = Applier(given, resource, writer, self.plan)
        self.size = MANY if hasattr(writer.service, "new_row") else FEW


async def _started(work: Work, args: Mapping[str, Any], status: ImportStatus) -> _Run | None:
    """None when an earlier run has finished, and only its end was not noted."""
    async with work.unit(COMMIT) as uow:
        given = await ImportRepository(uow).load(args["import_id"])
        return _Run(given, uow, await ImportService(uow).check(given)) if given.status == status else None


async def _finish(work: Work, run: _Run, status: ImportStatus, **values: Any) -> None:
    async with work.unit(COMMIT) as uow:
        await ImportService(uow).finish(run.given.id, status, **values)


async def _batches(sheet: Sheet, run: _Run, after: int) -> AsyncIterator[list[Candidate]]:
    """Batches of rows as bodies; the next one is made while the database takes in the one before."""

    async def made() -> list[Candidate]:
        found = []
        for place, row in enumerate(await to_thread(taken, sheet.rows, after, run.size)):
            await let_others(place, 2)  # oftener than those who write: what fills their waits comes last
            found.append(run.applier.read(run.plan.candidate(row)))
        return found

    coming = asyncio.create_task(made())
    try:
        while batch := await coming:
            coming = asyncio.create_task(made())
            yield batch
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError):
            await coming


JOBS = (
    long_job("imports.validate", for_person=True)(_validate),
    long_job("imports.commit", for_person=True)(_commit),
    long_job("imports.undo", for_person=True)(_undo),
)
