"""What every format is read as: named columns, and rows of cells or what is wrong with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from crm_api.integrations.sheets.errors import SheetRefused
from crm_api.kit.errors import Fault

MAX_ROWS: Final = 1_000_000
MAX_COLUMNS: Final = 200
MAX_CELL: Final = 32_767


class Format(StrEnum):
    """How rows are written down."""

    CSV = "csv"
    XLSX = "xlsx"
    NDJSON = "ndjson"


MEDIA_TYPES: Final = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.NDJSON: "application/x-ndjson",
}


class Row(NamedTuple):
    """`number` counts the rows of data from 1, as a person counts them below the header."""

    number: int
    cells: Sequence[Any]
    fault: Fault | None = None


@dataclass(frozen=True)
class Sheet:
    """A file that is open: its columns, and its rows as they come."""

    columns: list[str]
    rows: Iterator[Row]


def header(names: Sequence[Any]) -> list[str]:
    """The names of columns, unnamed ones by their place; equal names are refused."""
    texts = ["" if name is None else " ".join(str(name).split()) for name in names]
    while texts and not texts[-1]:
        texts.pop()
    if not texts:
        raise SheetRefused("sheet_empty")
    if len(texts) > MAX_COLUMNS:
        raise SheetRefused("sheet_columns", limit=MAX_COLUMNS)
    found: list[str] = []
    for place, text in enumerate(texts, 1):
        name = text[:200] or f"#{place}"
        if name in found:
            raise SheetRefused("sheet_column_twice", column=place)
        found.append(name)
    return found


def body(lines: Iterator[Sequence[Any]], width: int) -> Iterator[Row]:
    """Rows of a file with a header; blank ones are passed over, but counted, so that numbers stay findable."""
    for number, cells in enumerate(lines, 1):
        if number > MAX_ROWS:
            raise SheetRefused("sheet_rows", limit=MAX_ROWS)
        if any(cell not in ("", None) for cell in cells):
            yield _row(number, cells, width)


def _row(number: int, cells: Sequence[Any], width: int) -> Row:
    if len(cells) != width:
        if any(cell not in ("", None) for cell in cells[width:]) or len(cells) < width:
            params = {"found": len(cells), "expected": width}
            return Row(number, cells, Fault("pointer", "", "sheet_ragged", params))
        cells = cells[:width]
    if any(len(cell) > MAX_CELL for cell in cells if isinstance(cell, str)):
        return Row(number, cells, Fault("pointer", "", "sheet_cell", {"limit": MAX_CELL}))
    return Row(number, cells)
