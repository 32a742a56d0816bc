"""The rows that failed, as a file that can be corrected and uploaded again."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from crm_api.integrations.imports.files import opened
from crm_api.integrations.imports.models import Import, RowStatus
from crm_api.integrations.imports.repository import ImportRepository
from crm_api.integrations.sheets.rows import Format, Row
from crm_api.integrations.sheets.writing import sheet_writer
from crm_api.kit import messages
from crm_api.kit.streaming import chunk
from crm_api.kit.uow import UnitOfWork

COLUMN: Final = "errors"
_AT_ONCE: Final = 1_000


async def failed_rows(uow: UnitOfWork, given: Import, language: str) -> AsyncIterator[bytes]:
    """The file in its own format; ledger and file are walked side by side, both in the order of the rows."""
    columns = [name for name in given.column_names if name != COLUMN]
    writer = sheet_writer(Format(given.format), [*columns, COLUMN], bom=given.format == Format.CSV)
    places = [place for place, name in enumerate(given.column_names) if name != COLUMN]
    try:
        async with opened(given) as sheet:
            async for failed in _ledger(uow, given):
                rows = await to_thread(_those, sheet.rows, failed)
                cells = [[*_at(row, places), _said(failed[row.number], language)] for row in rows]
                if data := await to_thread(writer.write, cells):
                    yield data
        rest = writer.finish()
        while data := await to_thread(next, rest, b""):
            yield data
    finally:
        writer.close()


async def _ledger(uow: UnitOfWork, given: Import) -> AsyncIterator[dict[int, Any]]:
    after = 0
    while True:
        async with chunk(uow) as unit:
            rows = await ImportRepository(unit).rows(given.id, [RowStatus.FAILED], after, _AT_ONCE)
        if rows:
            yield {row["row_no"]: row["errors"] for row in rows}
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1]["row_no"]


def _those(rows: Iterator[Row], wanted: Mapping[int, Any]) -> list[Row]:
    return list(islice((row for row in rows if row.number in wanted), len(wanted)))


def _at(row: Row, places: list[int]) -> list[Any]:
    return [row.cells[place] if place < len(row.cells) else None for place in places]


def _said(errors: list[dict[str, Any]], language: str) -> str:
    return "\n".join(
        f"{error['column'] or error['field'] or ''}: {messages.text(error['code'], language, error['params'])}".lstrip(
            ": "
        )
        for error in errors
    )
