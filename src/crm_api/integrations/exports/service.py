"""The verbs of exports."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from crm_api.integrations.exports.cells import Column, chosen_fields, columns_of, row_of
from crm_api.integrations.exports.errors import ExportTooLarge
from crm_api.integrations.exports.listings import Asked
from crm_api.integrations.exports.models import Export
from crm_api.integrations.exports.resource import exports, right_to_export
from crm_api.integrations.sheets.rows import MEDIA_TYPES, Format
from crm_api.integrations.sheets.writing import SheetWriter, sheet_writer
from crm_api.kit import clock, reading
from crm_api.kit.cursors import Cursors
from crm_api.kit.listing import Listing
from crm_api.kit.principal import Principal
from crm_api.kit.repository import Repository
from crm_api.kit.resource import Resource
from crm_api.kit.streaming import Stream, chunk
from crm_api.kit.uow import UnitOfWork

STREAMED = 50_000


class ExportService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository: Repository[Export] = Repository(uow, exports)

    async def stream(self, resource: Resource, asked: Asked, cursors: Cursors) -> Stream:
        """The rows as they are read, on record before the first of them leaves."""
        uow = self.uow
        uow.principal = narrowed(uow.principal, resource)
        fields = chosen_fields(resource, uow.principal, asked.fields)
        count = await reading.count(uow, asked.listing, STREAMED + 1)
        if count > STREAMED:
            raise ExportTooLarge(limit=STREAMED)
        await self._repository.add(
            Export.new(
                resource=resource.name,
                format=asked.format,
                bom=asked.bom,
                fields=fields,
                asked=dict(asked.words),
                rows=count,
            )
        )
        columns = columns_of(resource, fields, asked.format)
        writer = sheet_writer(asked.format, [column.name for column in columns], bom=asked.bom)
        name = f"{resource.name}-{clock.today(uow.principal.time_zone)}.{asked.format}"
        content = _content(uow, asked.listing, cursors, columns, writer)
        return Stream(content, MEDIA_TYPES[Format(asked.format)], name)


def narrowed(principal: Principal, resource: Resource) -> Principal:
    """The caller as far as both the right to read and the right to export go."""
    reach = min(principal.reach(resource.read), principal.reach(right_to_export(resource)))
    return replace(principal, reaches={**principal.reaches, resource.read: reach})


async def _content(
    uow: UnitOfWork, listing: Listing, cursors: Cursors, columns: list[Column], writer: SheetWriter
) -> AsyncIterator[bytes]:
    """Formatting happens in a thread: it costs more than the query, and other requests wait for neither."""
    try:
        while True:
            async with chunk(uow) as unit:
                page = await reading.page(unit, listing, cursors)
            if data := await to_thread(_written, writer, page, columns):
                yield data
            listing.cursor = page["page"]["next_cursor"]
            if listing.cursor is None:
                break
        rest = writer.finish()
        while data := await to_thread(next, rest, b""):
            yield data
    finally:
        writer.close()


def _written(writer: SheetWriter, page: Mapping[str, Any], columns: list[Column]) -> bytes:
    return writer.write([row_of(record, columns) for record in page["data"]])
