"""Rows as files: CSV and NDJSON as they come, XLSX in a temporary file that is handed out at the end."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol

import orjson
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from crm_api.integrations.sheets.formulas import guard
from crm_api.integrations.sheets.rows import MAX_CELL, Format

# beside the header
XLSX_ROWS: Final = 1_048_575
_CHUNK: Final = 1 << 17
_EXACT_DIGITS: Final = 15
_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class SheetWriter(Protocol):
    """Takes rows in the order of the columns and gives bytes, now or at the end."""

    def write(self, rows: Sequence[Sequence[Any]]) -> bytes:
        """What can leave already."""
        ...

    def finish(self) -> Iterator[bytes]:
        """The rest; the writer is closed."""
        ...

    def close(self) -> None:
        """Drop what was not handed out."""
        ...


def sheet_writer(form: Format, columns: Sequence[str], *, bom: bool = False) -> SheetWriter:
    """A writer of a format; `bom` marks a CSV as UTF-8 for spreadsheet programs."""
    match form:
        case Format.XLSX:
            return XlsxWriter(columns)
        case Format.NDJSON:
            return NdjsonWriter(columns)
        case _:
            return CsvWriter(columns, bom=bom)


class CsvWriter:
    """Every cell quoted, CRLF, UTF-8; texts that look like formulas are guarded."""

    def __init__(self, columns: Sequence[str], *, bom: bool) -> None:
        self._buffer = io.StringIO()
        self._buffer.write("\ufeff" if bom else "")
        self._csv = csv.writer(self._buffer, quoting=csv.QUOTE_ALL)
        self._csv.writerow([guard(name) for name in columns])

    def write(self, rows: Sequence[Sequence[Any]]) -> bytes:
        self._csv.writerows([[_plain(cell) for cell in row] for row in rows])
        return self._taken()

    def finish(self) -> Iterator[bytes]:
        yield self._taken()

    def close(self) -> None:
        self._buffer.close()

    def _taken(self) -> bytes:
        data = self._buffer.getvalue().encode("utf-8")
        self._buffer.seek(0)
        self._buffer.truncate()
        return data


def _plain(cell: Any) -> Any:
    if isinstance(cell, str):
        return guard(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, date):
        return _iso(cell)
    return cell


def _iso(at: date) -> str:
    return at.isoformat().replace("+00:00", "Z")


class NdjsonWriter:
    """One object a line."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns

    def write(self, rows: Sequence[Sequence[Any]]) -> bytes:
        options = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
        return b"".join(
            orjson.dumps(dict(zip(self._columns, row, strict=True)), default=str, option=options)
            for row in rows
        )

    def finish(self) -> Iterator[bytes]:
        yield b""

    def close(self) -> None:
        """Nothing is held."""


class _Worksheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """One that writes every text as it is.

    The library takes `<r>…</r>` for markup, and misses the second of two overlapping escapes.
    """

    def _escape_control_characters(self, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        escaped = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPED.sub("_x005F_", data))
        return f"_x003C_{escaped[1:]}" if escaped.startswith("<r>") else escaped

    def release(self) -> None:
        """Close the file of its rows, which the library leaves open when the book is never finished."""
        self._opt_close()


class XlsxWriter:
    """Texts are typed as texts and are never formulas, links or numbers; dates are dates."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._folder = TemporaryDirectory(prefix="crm-xlsx-")
        self._path = Path(self._folder.name) / "sheet.xlsx"
        options = {"constant_memory": True, "tmpdir": self._folder.name, "in_memory": False}
        self._book = Workbook(str(self._path), options)
        self._sheet = self._book.add_worksheet(worksheet_class=_Worksheet)
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._line = 0
        self.write([columns])

    def write(self, rows: Sequence[Sequence[Any]]) -> bytes:
        for row in rows:
            for place, cell in enumerate(row):
                self._cell(place, cell)
            self._line += 1
        return b""

    def finish(self) -> Iterator[bytes]:
        self._book.close()
        with self._path.open("rb") as file:
            while data := file.read(_CHUNK):
                yield data
        self.close()

    def close(self) -> None:
        self._sheet.release()
        self._folder.cleanup()

    def _cell(self, place: int, cell: Any) -> None:
        if cell is None:
            return
        if isinstance(cell, bool):
            self._sheet.write_boolean(self._line, place, cell)
        elif isinstance(cell, (int, Decimal)):
            self._number(place, cell)
        elif isinstance(cell, date) and not isinstance(cell, datetime) and cell.year >= 1900:
            self._sheet.write_datetime(self._line, place, cell, self._day)
        else:
            text = cell if isinstance(cell, str) else _iso(cell)
            self._sheet.write_string(self._line, place, text[:MAX_CELL])

    def _number(self, place: int, cell: int | Decimal) -> None:
        """A spreadsheet counts in 15 digits; what is longer stays exact as a text."""
        text = format(cell, "f") if isinstance(cell, Decimal) else str(cell)
        if sum(map(str.isdigit, text.strip("-0").replace(".", ""))) > _EXACT_DIGITS:
            self._sheet.write_string(self._line, place, text)
        else:
            self._sheet.write_number(self._line, place, float(cell))
