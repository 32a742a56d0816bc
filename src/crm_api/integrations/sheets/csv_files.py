"""CSV, as spreadsheet programs and other systems write it."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from crm_api.integrations.sheets.errors import SheetRefused
from crm_api.integrations.sheets.formulas import unguard
from crm_api.integrations.sheets.rows import MAX_COLUMNS, Sheet, body, header

DELIMITERS: Final = (",", ";", "\t", "|")
_LINES = 50


def delimiter_of(path: Path, encoding: str) -> str:
    """The separator that gives the first lines the same number of cells, and most of them."""
    with _open(path, encoding) as file:
        first = file.readline(100)
        if first.lower().startswith("sep=") and len(first.rstrip("\r\n")) == 5:
            return first[4]
        file.seek(0)
        lines = [line for line, _ in zip(file, range(_LINES), strict=False)]
    return max(
        DELIMITERS, key=lambda delimiter: _evenness([line.lstrip("\ufeff") for line in lines], delimiter)
    )


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return (0, 0)
    if not widths or widths[0] < 2:
        return (0, 0)
    return (sum(width == widths[0] for width in widths) / len(widths), widths[0])


def read_csv(path: Path, encoding: str, delimiter: str) -> Sheet:
    """A CSV file; quotes are RFC 4180's, line ends any."""
    lines = _lines(path, encoding, delimiter)
    columns = header(next(lines, []))
    return Sheet(columns, body(lines, len(columns)))


def _lines(path: Path, encoding: str, delimiter: str) -> Iterator[list[Any]]:
    with _open(path, encoding) as file:
        _skip_preamble(file)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                if len(cells) > MAX_COLUMNS + 1:
                    raise SheetRefused("sheet_columns", limit=MAX_COLUMNS)
                yield [unguard(cell) if cell[:1] == "'" else cell for cell in cells]
        except (csv.Error, UnicodeDecodeError) as error:
            raise SheetRefused("sheet_line_unreadable", line=reader.line_num) from error


def _skip_preamble(file: TextIO) -> None:
    """A byte order mark, and the line `sep=;` that some programs write for others of their kind."""
    start = file.tell()
    if file.read(1) != "\ufeff":
        file.seek(start)
    start = file.tell()
    line = file.readline(100)
    if not (line.lower().startswith("sep=") and len(line.rstrip("\r\n")) == 5):
        file.seek(start)


def _open(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=encoding, newline="", errors="strict")
