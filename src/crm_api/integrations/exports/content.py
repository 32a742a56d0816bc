"""The rows of a list as the bytes of a file, page by page: memory does not grow with the list."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from crm_api.integrations.exports.cells import Column, row_of
from crm_api.integrations.exports.errors import TooLongForFormat, TooManyForFormat
from crm_api.integrations.exports.listings import Asked
from crm_api.integrations.sheets.rows import MAX_CELL, Format
from crm_api.integrations.sheets.writing import XLSX_ROWS, sheet_writer
from crm_api.kit import reading
from crm_api.kit.cursors import Cursors
from crm_api.kit.uow import UnitOfWork

Records = Sequence[Mapping[str, Any]]
Units = Callable[[], AbstractAsyncContextManager[UnitOfWork]]


class Content:
    """A file in the making; `rows` counts what has been written into it."""

    def __init__(self, asked: Asked, columns: Sequence[Column]) -> None:
        self.rows = 0
        self.whole = False
        self._columns, self._format = columns, asked.format
        self._writer = sheet_writer(asked.format, [column.name for column in columns], bom=asked.bom)

    async def of(self, pages: AsyncIterator[Records]) -> AsyncIterator[bytes]:
        """The bytes. They are made in a thread: that costs more than the query, and nobody else shall wait for it."""
        try:
            async for page in pages:
                self.rows += len(page)
                fits(self._format, self.rows)
                if data := await to_thread(self._written, page):
                    yield data
            rest = self._writer.finish()
            while data := await to_thread(next, rest, b""):
                yield data
            self.whole = True
        finally:
            self._writer.close()

    def _written(self, page: Records) -> bytes:
        rows = [row_of(record, self._columns) for record in page]
        if self._format is Format.XLSX:
            _fit_cells(rows, self._columns)
        return self._writer.write(rows)


async def pages(asked: Asked, cursors: Cursors, unit: Units) -> AsyncIterator[Records]:
    """The rows of a list, each page in a unit of its own."""
    listing = asked.listing
    while True:
        async with unit() as uow:
            page = await reading.page(uow, listing, cursors, to_send=False)
        yield page["data"]
        listing.cursor = page["page"]["next_cursor"]
        if listing.cursor is None:
            return


def _fit_cells(rows: Sequence[Sequence[Any]], columns: Sequence[Column]) -> None:
    for row in rows:
        for column, cell in zip(columns, row, strict=True):
            if isinstance(cell, str) and len(cell) > MAX_CELL:
                raise TooLongForFormat(limit=MAX_CELL, field=column.name)


def fits(form: Format, rows: int) -> None:
    """A spreadsheet ends at a row; what does not fit is refused, never cut off."""
    if form is Format.XLSX and rows > XLSX_ROWS:
        raise TooManyForFormat(limit=XLSX_ROWS)
