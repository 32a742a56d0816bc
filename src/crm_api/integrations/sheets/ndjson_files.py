"""NDJSON: one JSON object a line."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from crm_api.integrations.sheets.errors import SheetRefused
from crm_api.integrations.sheets.rows import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Row, Sheet
from crm_api.kit.errors import Fault

_HEAD: Final = 1_000
_LINE_BYTES: Final = 1_000_000


def read_ndjson(path: Path) -> Sheet:
    """An NDJSON file; its columns are the keys of its first thousand objects, a later key is an error of its row."""
    columns: dict[str, None] = {}
    for found in islice(_objects(path), _HEAD):
        if isinstance(found, dict):
            columns.update(dict.fromkeys(found))
        if len(columns) > MAX_COLUMNS:
            raise SheetRefused("sheet_columns", limit=MAX_COLUMNS)
    if not columns:
        raise SheetRefused("sheet_empty")
    return Sheet(list(columns), _rows(path, list(columns)))


def _rows(path: Path, columns: list[str]) -> Iterator[Row]:
    known = columns[:]
    for number, found in enumerate(_objects(path), 1):
        if number > MAX_ROWS:
            raise SheetRefused("sheet_rows", limit=MAX_ROWS)
        if found is None:
            continue
        if not isinstance(found, dict) or not found.keys() <= set(known):
            yield Row(number, (), Fault("pointer", "", "sheet_object", {"limit": MAX_COLUMNS}))
        elif any(len(value) > MAX_CELL for value in found.values() if isinstance(value, str)):
            yield Row(number, (), Fault("pointer", "", "sheet_cell", {"limit": MAX_CELL}))
        else:
            yield Row(number, [found.get(name) for name in known])


def _objects(path: Path) -> Iterator[Any]:
    """Each line as JSON; None for a blank one, False for one that is none."""
    with path.open("rb") as file:
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        while line := file.readline(_LINE_BYTES + 1):
            if len(line) > _LINE_BYTES:
                raise SheetRefused("sheet_unreadable", expected="NDJSON")
            try:
                yield orjson.loads(line) if line.strip() else None
            except ValueError:
                yield False
