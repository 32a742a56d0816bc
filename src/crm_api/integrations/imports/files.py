"""The file of an import on the disk of this process, for as long as it is read."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile

from crm_api.integrations.imports.models import Import
from crm_api.integrations.sheets.opening import Layout, open_sheet
from crm_api.integrations.sheets.rows import Format, Row, Sheet
from crm_api.storage.files import files


@asynccontextmanager
async def local_copy(chunks: AsyncIterator[bytes]) -> AsyncIterator[Path]:
    """A stream as a file; it is gone with the block."""
    with NamedTemporaryFile(prefix="crm-import-") as file:
        async for chunk in chunks:
            await to_thread(file.write, chunk)
        await to_thread(file.flush)
        yield Path(file.name)


@asynccontextmanager
async def opened(given: Import) -> AsyncIterator[Sheet]:
    """The rows of an import's file."""
    async with local_copy(await files().open(given.file_key)) as path:
        yield await to_thread(open_sheet, path, layout_of_import(given))


def layout_of_import(given: Import) -> Layout:
    """How its file is written."""
    return Layout(Format(given.format), given.encoding, given.delimiter)


def taken(rows: Iterator[Row], after: int, count: int) -> list[Row]:
    """The next rows beyond a place."""
    return list(islice((row for row in rows if row.number > after), count))
