"""XLSX, read as a stream of XML events: no tree, no dense matrix, no entity, and a cap on everything that can grow.

A reader that builds a row before it looks at its size dies of a 5 KB file: one cell at XFD1048576, or ten million empty
cells in one row. Here a cell beyond the last column stops the reading where it stands.
"""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final
from xml.parsers import expat

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from crm_api.integrations.sheets.errors import SheetRefused
from crm_api.integrations.sheets.rows import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Sheet, body, header
from crm_api.integrations.sheets.shared_strings import SharedStrings, unescaped

_PARTS, _UNPACKED, _RATIO, _SMALL_PART = 2_000, 2_000_000_000, 400, 8_000_000
_CHUNK: Final = 1 << 16
_NAMESPACES: Final = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_TAGS: Final = {f"{space} {tag}": tag for space in _NAMESPACES for tag in ("row", "c", "v", "t", "rPh", "si")}
_BROKEN = (
    zipfile.BadZipFile,
    expat.ExpatError,
    ParseError,
    DefusedXmlException,
    KeyError,
    ValueError,
    IndexError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)


def read_xlsx(path: Path) -> Sheet:
    """The first sheet of a workbook."""
    lines = _refusing(_lines(path))
    first = next(lines, [])
    columns = header(first)
    width = len(columns)
    return Sheet(columns, body((_fitted(cells, width) for cells in lines), width))


def _fitted(cells: list[Any], width: int) -> list[Any]:
    """Cells that a sheet leaves out at the end of a row are empty."""
    return cells + [None] * (width - len(cells))


def _refusing(lines: Iterator[list[Any]]) -> Iterator[list[Any]]:
    try:
        yield from lines
    except SheetRefused:
        raise
    except _BROKEN as error:
        raise SheetRefused("sheet_unreadable", expected="XLSX") from error


def _lines(path: Path) -> Iterator[list[Any]]:
    with zipfile.ZipFile(path) as archive:
        _check(archive)
        workbook = _tree(archive, "xl/workbook.xml")
        sheet = _first_sheet(archive, workbook)
        epoch = MAC_EPOCH if _is_1904(workbook) else WINDOWS_EPOCH
        dates = _date_styles(archive)
        strings = SharedStrings(_Strings().read(archive))
        try:
            with archive.open(sheet) as file:
                rows = _Rows(strings, lambda number, style: _number(number, style in dates, epoch))
                yield from rows.read(file)
        finally:
            strings.close()


def _check(archive: zipfile.ZipFile) -> None:
    """Sizes as declared: the reader of an entry stops where its declaration ends."""
    entries = archive.infolist()
    grown = any(
        entry.file_size > _SMALL_PART and entry.file_size > _RATIO * max(entry.compress_size, 1)
        for entry in entries
    )
    if len(entries) > _PARTS or sum(entry.file_size for entry in entries) > _UNPACKED or grown:
        raise SheetRefused("sheet_archive")


def _tree(archive: zipfile.ZipFile, name: str) -> Any:
    if archive.getinfo(name).file_size > _SMALL_PART:
        raise SheetRefused("sheet_archive")
    return fromstring(archive.read(name), forbid_dtd=True)


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _first_sheet(archive: zipfile.ZipFile, workbook: Any) -> str:
    """The part that holds the first sheet that is shown."""
    sheets = [element for element in workbook.iter() if _local(element) == "sheet"]
    shown = next(s for s in [*(s for s in sheets if s.get("state", "visible") == "visible"), *sheets])
    wanted = next(value for key, value in shown.attrib.items() if key.endswith("}id"))
    for relation in _tree(archive, "xl/_rels/workbook.xml.rels").iter():
        if relation.get("Id") == wanted:
            target = str(relation.get("Target"))
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError("sheet")


def _is_1904(workbook: Any) -> bool:
    return any(
        _local(element) == "workbookPr" and element.get("date1904") in ("1", "true")
        for element in workbook.iter()
    )


def _date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """The styles whose numbers are dates."""
    if "xl/styles.xml" not in archive.NameToInfo:
        return frozenset()
    tree = _tree(archive, "xl/styles.xml")
    formats: dict[int, str | None] = dict(BUILTIN_FORMATS)
    styles: list[int] = []
    for element in tree:
        if _local(element) == "numFmts":
            formats.update({int(item.get("numFmtId")): item.get("formatCode") for item in element})
        elif _local(element) == "cellXfs":
            styles = [int(item.get("numFmtId", "0")) for item in element]
    return frozenset(place for place, form in enumerate(styles) if is_date_format(formats.get(form)))


def _number(text: str, is_date: bool, epoch: Any) -> Any:
    value = float(text)
    if is_date:
        try:
            return from_excel(value, epoch)
        except (OverflowError, ValueError):
            return text
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _parser(start: Callable[..., None], end: Callable[..., None], data: Callable[[str], None]) -> Any:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    return parser


def _refuse_doctype(*_: Any) -> None:
    raise SheetRefused("sheet_unreadable", expected="XLSX")


class _Text:
    """Text content that stops at its limit, however it is chopped."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0

    def add(self, text: str) -> None:
        self.size += len(text)
        if self.size <= 2 * MAX_CELL:  # a little beyond the limit, so that the row can be told to be too long
            self.parts.append(text)

    def take(self) -> str:
        found = "".join(self.parts)
        self.parts, self.size = [], 0
        return found


class _Strings:
    """The texts of the part that cells refer to, in order."""

    def __init__(self) -> None:
        self._text, self._reading, self._silent = _Text(), False, 0
        self._done: list[str] = []

    def read(self, archive: zipfile.ZipFile) -> Iterator[str]:
        if "xl/sharedStrings.xml" not in archive.NameToInfo:
            return
        parser = _parser(self._start, self._end, lambda data: self._text.add(data) if self._reading else None)
        with archive.open("xl/sharedStrings.xml") as file:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk, False)
                done, self._done = self._done, []
                yield from done

    def _start(self, name: str, _: dict[str, str]) -> None:
        tag = _TAGS.get(name)
        self._silent += tag == "rPh"
        self._reading = tag == "t" and not self._silent

    def _end(self, name: str) -> None:
        tag = _TAGS.get(name)
        self._reading = False
        self._silent -= tag == "rPh"
        if tag == "si":
            self._done.append(unescaped(self._text.take()))


class _Rows:
    """The rows of one sheet, gaps filled."""

    def __init__(self, strings: SharedStrings, number: Callable[[str, int], Any]) -> None:
        self._strings, self._convert = strings, number
        self._text, self._reading, self._silent = _Text(), False, 0
        self._cells: list[Any] = []
        self._kind, self._style, self._column = "n", 0, -1
        self._number, self._last = 0, 0
        self._done: list[tuple[int, list[Any]]] = []

    def read(self, file: IO[bytes]) -> Iterator[list[Any]]:
        parser = _parser(self._start, self._end, lambda data: self._text.add(data) if self._reading else None)
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
            yield from self._taken()
        parser.Parse(b"", True)
        yield from self._taken()

    def _taken(self) -> Iterator[list[Any]]:
        done, self._done = self._done, []
        for number, cells in done:
            if number > MAX_ROWS + 1:
                raise SheetRefused("sheet_rows", limit=MAX_ROWS)
            yield from ([] for _ in range(number - self._last - 1))
            self._last = number
            yield cells

    def _start(self, name: str, given: dict[str, str]) -> None:
        tag = _TAGS.get(name)
        if tag == "c":
            reference = given.get("r", "")
            self._column = _column(reference) if reference else self._column + 1
            if self._column >= MAX_COLUMNS:
                raise SheetRefused("sheet_columns", limit=MAX_COLUMNS)
            self._kind, self._style = given.get("t", "n"), int(given.get("s", "0"))
        elif tag == "row":
            number = int(given.get("r", self._number + 1))
            if number <= self._number:
                raise ValueError("rows run backwards")
            self._number, self._cells, self._column = number, [], -1
        elif tag == "rPh":
            self._silent += 1
        self._reading = tag in ("v", "t") and not self._silent

    def _end(self, name: str) -> None:
        tag = _TAGS.get(name)
        self._reading = False
        if tag == "c":
            text = self._text.take()
            if text:
                self._cells += [None] * (self._column + 1 - len(self._cells))
                self._cells[self._column] = self._value(text)
        elif tag == "row":
            self._done.append((self._number, self._cells))
        elif tag == "rPh":
            self._silent -= 1

    def _value(self, text: str) -> Any:
        match self._kind:
            case "s":
                return self._strings[int(text)]
            case "b":
                return text == "1"
            case "n":
                return self._convert(text, self._style)
            case _:
                return unescaped(text)


def _column(reference: str) -> int:
    """`AB12` → 27."""
    place = 0
    for char in reference:
        if not "A" <= char <= "Z":
            break
        place = place * 26 + ord(char) - 64
        if place > MAX_COLUMNS:
            break
    if place == 0:
        raise ValueError("no column")
    return place - 1
