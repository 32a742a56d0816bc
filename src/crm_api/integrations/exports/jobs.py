"""The long work of exports: making a file, and removing those whose time is over."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from secrets import token_bytes
from typing import Any

from crm_api.integrations.exports.content import Content, Records, pages
from crm_api.integrations.exports.repository import AT_ONCE, ExportRepository
from crm_api.integrations.exports.resource import exports
from crm_api.integrations.exports.service import JOB, ExportService, Run, narrowed
from crm_api.jobs.port import long_job
from crm_api.jobs.work import Work
from crm_api.kit.cursors import Cursors
from crm_api.kit.errors import Problem
from crm_api.kit.failpoints import failpoint
from crm_api.kit.uow import UnitOfWork
from crm_api.storage.files import files

KEY_BYTES = 32


async def _run(work: Work, _: Mapping[str, Any]) -> Any:
    """A run that was killed is begun anew under another key; the row names both until the first is removed."""
    export_id = str(work.claim.operation)
    async with work.unit(exports.create) as uow:
        run = await ExportService(uow).begin(export_id)
    if not isinstance(run, Run):  # only its end was not noted
        return run
    failpoint("export.begun")
    for key in run.stale:
        await files().delete(key)
    content = Content(run.asked, run.columns)
    stored = await files().write(run.key, content.of(_pages(work, run)))
    failpoint("export.stored")
    try:
        async with work.unit(exports.create) as uow:
            result = await ExportService(uow).finish(export_id, run, stored, content.rows)
    except Problem:  # the right is gone: nobody may have the file
        await files().delete(run.key)
        raise
    failpoint("export.finished")
    return result


async def _pages(work: Work, run: Run) -> AsyncIterator[Records]:
    resource, done = run.asked.listing.resource, 0

    @asynccontextmanager
    async def unit() -> AsyncIterator[UnitOfWork]:
        async with work.unit(exports.create) as uow:
            uow.principal = narrowed(uow.principal, resource)
            yield uow

    async for page in pages(run.asked, Cursors(token_bytes(KEY_BYTES)), unit):
        yield page
        done += len(page)
        failpoint("export.page")
        await work.progress(done, run.total, "writing")


async def _expire(work: Work, _: Mapping[str, Any]) -> None:
    """The files first: what is left when it is killed in between is named by the row, and removed by the next run."""
    while True:
        async with work.unit(exports.delete) as uow:
            expired = await ExportRepository(uow).expired()
        for export in expired:
            for key in export.file_keys:
                await files().delete(key)
        failpoint("export.removed")
        async with work.unit(exports.delete) as uow:
            for export in expired:
                await ExportService(uow).remove(export.id)
        if len(expired) < AT_ONCE:
            return


JOBS = (
    long_job(JOB, for_person=True)(_run),
    long_job("exports.expire", every="41 * * * *")(_expire),
)
