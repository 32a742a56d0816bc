"""The verbs of exports."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

from crm_api.identity.access_log.log import Access, AccessLog, access_of, recorded
from crm_api.identity.access_log.models import AccessKind
from crm_api.integrations.exports.cells import Column, chosen_fields, columns_of
from crm_api.integrations.exports.content import Content, fits, pages
from crm_api.integrations.exports.errors import (
    ExportExpired,
    ExportGivenUp,
    ExportNotReady,
    ExportTooLarge,
)
from crm_api.integrations.exports.listings import Asked, asked_again, asked_in_body
from crm_api.integrations.exports.models import Export
from crm_api.integrations.exports.repository import ExportRepository
from crm_api.integrations.exports.resource import right_to_export
from crm_api.integrations.sheets.rows import MEDIA_TYPES, Format
from crm_api.integrations.sheets.writing import XLSX_ROWS
from crm_api.jobs import operations
from crm_api.kit import clock, reading
from crm_api.kit.cursors import Cursors
from crm_api.kit.errors import Forbidden, Invalid, NotFound
from crm_api.kit.ids import as_id
from crm_api.kit.listing import faults_in_body
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.streaming import Stream, chunk
from crm_api.kit.uow import UnitOfWork
from crm_api.storage.files import StoredFile, files, new_key

STREAMED, COUNTED = 50_000, XLSX_ROWS
JOB: Final = "exports.run"
# A run that is cut off begins anew: what it had written is no progress that the queue could see.
ATTEMPTS: Final = 5
# How long a file can be downloaded; how long it is tried to make it.
KEPT, TRIED = timedelta(hours=48), timedelta(days=7)


@dataclass(frozen=True)
class Run:
    """One attempt to make a file; `stale` are the keys of attempts before it."""

    asked: Asked
    fields: list[str]
    columns: list[Column]
    total: int | None
    key: str
    stale: tuple[str, ...]


class ExportService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ExportRepository(uow)

    async def stream(self, asked: Asked, cursors: Cursors, log: AccessLog) -> Stream:
        """The rows as they are read, on record before the first of them leaves, and again when the last has."""
        uow, resource = self.uow, asked.listing.resource
        uow.principal = narrowed(uow.principal, resource)
        fields = chosen_fields(resource, uow.principal, asked.fields)
        count = await reading.count(uow, asked.listing, STREAMED + 1)
        if count > STREAMED:
            raise ExportTooLarge(limit=STREAMED)
        content = Content(asked, columns_of(resource, uow.principal, fields, asked.format))
        told = {"phase": "started", "rows": count, **_told(asked, fields)}
        operation = f"{resource.name}_export"
        uow.add(recorded(uow, AccessKind.EXPORT, operation, resource.name, told))
        name = _name(resource.name, clock.today(uow.principal.time_zone), asked.format)
        sent = content.of(pages(asked, cursors, partial(chunk, uow)))
        return Stream(self._followed(sent, content, operation, log), MEDIA_TYPES[asked.format], name)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for a file; the answer is its operation. What could not be done now is refused now."""
        uow, resource = self.uow, _exportable(self.uow.principal, given["resource"])
        uow.principal = narrowed(uow.principal, resource)
        asked = await asked_in_body(uow, resource, given)
        with faults_in_body():
            _checked(uow.principal, asked)
        operation = await operations.start(uow, JOB, {})
        await self._repository.add(
            Export.new(
                id=operation["id"],
                resource=resource.name,
                format=asked.format.value,
                bom=asked.bom,
                asked=dict(asked.words),
                expires_at=clock.now() + TRIED,
            )
        )
        return operation

    async def begin(self, export_id: str) -> Run | dict[str, Any]:
        """A new attempt, with the rights of this moment; the result when an earlier one has made the file."""
        uow, found = self.uow, await self._repository.load(export_id)
        if found.rows is not None:
            return _result(found)
        if found.expires_at <= clock.now():
            raise ExportExpired
        if len(found.file_keys) >= ATTEMPTS:
            raise ExportGivenUp(limit=ATTEMPTS)
        resource = _exportable(uow.principal, found.resource)
        uow.principal = narrowed(uow.principal, resource)
        asked = asked_again(uow, resource, found.asked, found.format, bom=found.bom)
        fields, columns = _checked(uow.principal, asked)
        count = await reading.count(uow, asked.listing, COUNTED + 1)
        fits(asked.format, count)
        key, stale = new_key(uow.principal.tenant_id), tuple(found.file_keys)
        found.file_keys = [*stale, key]
        await self._repository.save(found, event="started")
        return Run(asked, fields, columns, count if count <= COUNTED else None, key, stale)

    async def finish(self, export_id: str, run: Run, stored: StoredFile, rows: int) -> dict[str, Any]:
        """The file is whole: it can be downloaded from now on, and is on record."""
        uow, found = self.uow, await self._repository.load(export_id)
        found.apply(
            {
                "fields": run.fields,
                "rows": rows,
                "size": stored.size,
                "sha256": stored.sha256,
                "url": f"/api/v1/exports/{export_id}/content",
                "expires_at": clock.now() + KEPT,
            }
        )
        await self._repository.save(found, event="finished")
        told = {"export_id": export_id, "rows": rows, **_told(run.asked, run.fields)}
        uow.add(recorded(uow, AccessKind.EXPORT, "exports_create", found.resource, told))
        return _result(found)

    async def download(self, export_id: str) -> Stream:
        """The file, for whoever asked for it while they may still export; on record before it leaves."""
        uow, found = self.uow, await self._repository.own(export_id) if as_id(export_id) else None
        if found is None:
            raise NotFound
        if found.expires_at <= clock.now():
            raise ExportExpired
        if found.rows is None:
            raise ExportNotReady
        _exportable(uow.principal, found.resource)
        told = {"resource": found.resource, "rows": found.rows}
        uow.add(recorded(uow, AccessKind.DOWNLOAD, "exports_download", "exports", told, export_id))
        form = Format(found.format)
        name = _name(found.resource, found.created_at.date(), form)
        return Stream(await files().open(found.file_keys[-1]), MEDIA_TYPES[form], name)

    async def remove(self, export_id: str) -> None:
        """Its time is over and its files are gone."""
        await self._repository.remove(await self._repository.load(export_id))

    async def _followed(
        self, sent: AsyncIterator[bytes], content: Content, operation: str, log: AccessLog
    ) -> AsyncIterator[bytes]:
        """What is sent, and how it ended: a connection that broke is on record with the rows that may have left."""
        try:
            async for data in sent:
                yield data
        finally:
            told = {"phase": "finished" if content.whole else "broken", "rows": content.rows}
            resource = operation.removesuffix("_export")
            await _noted(log, access_of(self.uow, AccessKind.EXPORT, operation, resource, told))


async def _noted(log: AccessLog, entry: Access) -> None:
    """At once; if the database does not answer, as soon as it does: the answer has left already."""
    try:
        await log.now([entry])
    except Exception:  # noqa: BLE001  whatever it was, the log keeps trying and counts what it loses
        log.later(entry.origin, lambda: entry)


def narrowed(principal: Principal, resource: Resource) -> Principal:
    """The caller as far as both the right to read and the right to export go."""
    reach = min(principal.reach(resource.read), principal.reach(right_to_export(resource)))
    return replace(principal, reaches={**principal.reaches, resource.read: reach})


def _exportable(principal: Principal, name: str) -> Resource:
    """A resource whose rows the caller may take out."""
    names = [resource.name for resource in RESOURCES.values() if resource.exportable]
    if name not in names:
        raise Invalid.at("/resource", "not_a_choice", choices=", ".join(names))
    resource = RESOURCES[name]
    if narrowed(principal, resource).reach(resource.read) is Reach.NONE:
        raise Forbidden
    return resource


def _checked(principal: Principal, asked: Asked) -> tuple[list[str], list[Column]]:
    """What the file will hold."""
    resource = asked.listing.resource
    fields = chosen_fields(resource, principal, asked.fields)
    return fields, columns_of(resource, principal, fields, asked.format)


def _told(asked: Asked, fields: list[str]) -> dict[str, Any]:
    return {"asked": dict(asked.words), "format": asked.format.value, "fields": fields}


def _name(resource: str, day: Any, form: Format) -> str:
    return f"{resource}-{day}.{form.value}"


def _result(export: Export) -> dict[str, Any]:
    """What its operation tells of it."""
    names = ("rows", "size", "sha256", "url")
    expires_at = export.expires_at.isoformat().replace("+00:00", "Z")
    return {"export_id": export.id, "expires_at": expires_at, **{n: getattr(export, n) for n in names}}
