"""What is written is read as it was: formulas, other scripts, line ends, control characters."""

import random
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from crm_api.integrations.sheets.formulas import guard, unguard
from crm_api.integrations.sheets.opening import layout_of, open_sheet
from crm_api.integrations.sheets.rows import Format
from crm_api.integrations.sheets.writing import sheet_writer

HOSTILE = [
    "+49 30 1",
    "-1",
    "=x",
    "'=x",
    "''=x",
    "@sum",
    "\t=x",
    "\r=x",
    "'",
    "''",
    "'plain",
    "plain",
    "＝x",
    "\n",
]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


def written(form: Format, columns: Sequence[str], rows: Sequence[Sequence[Any]], **options: bool) -> bytes:
    writer = sheet_writer(form, columns, **options)
    return writer.write(rows) + b"".join(writer.finish())


def read(data: bytes, name: str) -> tuple[list[str], list[list[Any]]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        sheet = open_sheet(path, layout_of(path, name))
        rows = list(sheet.rows)
    assert [row.fault for row in rows] == [None] * len(rows)
    return sheet.columns, [list(row.cells) for row in rows]


@given(texts)
@example("'=x")
def test_a_guard_is_taken_off_exactly(text: str) -> None:
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in set("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize("form", list(Format))
@given(rows=st.lists(st.tuples(texts, texts), max_size=5))
@example(rows=[(text, "x") for text in HOSTILE])
@example(
    rows=[("<r><t>x</t></r>", "_x000D_"), ("_x005F_x000D_", "a\r\nb"), ("\x01\x1f\x7f", "\ufffe\U0001f600")]
)
@example(rows=[("</t></is></c><c><f>1</f>", "<r></r>")])
@settings(deadline=None, max_examples=60)
def test_export_import_export_is_the_identity(form: Format, rows: list[tuple[str, str]]) -> None:
    rows = [row for row in rows if any(row)] or [("one", "row")]
    first = written(form, ["=name", "other"], rows)

    columns, found = read(first, f"x.{form}")

    assert columns == ["=name", "other"]
    assert [["" if cell is None else cell for cell in row] for row in found] == [list(row) for row in rows]
    if form is not Format.XLSX:  # which carries the time it was made
        assert written(form, columns, found) == first


def test_no_cell_of_a_csv_or_workbook_is_a_formula(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(written(Format.XLSX, ["a"], [[text] for text in HOSTILE]))
    book = load_workbook(tmp_path / "x.xlsx")

    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row} <= {"s", "inlineStr"}
    with zipfile.ZipFile(tmp_path / "x.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    lines = written(Format.CSV, ["a"], [[text] for text in HOSTILE]).decode().split('\r\n"')
    assert [line for line in lines[1:] if line[0] in "=+-@"] == []


def test_typed_cells(tmp_path: Path) -> None:
    row = ["007", 7, Decimal("19.90"), Decimal("123456789012.345678"), True, date(2026, 1, 31), None]
    columns = [f"c{i}" for i in range(len(row))]

    _, found = read(written(Format.XLSX, columns, [row]), "x.xlsx")
    assert found == [
        ["007", 7, 19.9, "123456789012.345678", True, datetime.fromisoformat("2026-01-31"), None]
    ]
    _, found = read(written(Format.CSV, columns, [row]), "x.csv")
    assert found == [["007", "7", "19.90", "123456789012.345678", "true", "2026-01-31", ""]]


def test_a_mark_for_spreadsheet_programs_is_no_part_of_the_first_column() -> None:
    data = written(Format.CSV, ["名称"], [["智达"]], bom=True)

    assert data.startswith(b"\xef\xbb\xbf")
    assert read(data, "x.csv") == (["名称"], [["智达"]])


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "gbk"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(encoding: str, delimiter: str, end: str) -> None:
    lines = [
        ["客户名称", "电话", "备注"],
        ["上海智达科技有限公司", "021 5012", "“重要”，联系"],
        ["北京", "1", "x"],
    ]
    data = (end.join(delimiter.join(line) for line in lines) + end).encode(encoding)

    assert read(data, "x.csv") == (lines[0], lines[1:])


def test_a_western_file_is_not_taken_for_chinese() -> None:
    lines = ["name;city", "Jürgen Müller;Köln", "François Lefèvre;Besançon", "Ångström AB;Göteborg"] * 20
    lines[1:] = [line for line in lines[1:] if line != lines[0]]
    _, found = read("\n".join(lines).encode("cp1252"), "x.csv")

    assert found[0] == ["Jürgen Müller", "Köln"]


def test_a_separator_line_of_excel() -> None:
    assert read(b"sep=;\r\na;b\r\n1,5;2\r\n", "x.csv") == (["a", "b"], [["1,5", "2"]])


def test_a_million_shared_texts_cost_no_memory(tmp_path: Path) -> None:
    """As spreadsheet programs write them: cells refer to texts by number, also backwards."""
    count = 3_000
    order = random.Random(1).sample(range(count), count)
    strings = "".join(
        f"<si><r><t>te</t></r><r><t xml:space='preserve'>xt {i}</t></r><rPh><t>no</t></rPh></si>"
        for i in range(count)
    )
    cells = "".join(
        f'<row r="{n + 2}"><c r="A{n + 2}" t="s"><v>{i}</v></c></row>' for n, i in enumerate(order)
    )
    data = workbook(
        tmp_path, f'<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>{cells}', strings
    )

    assert read(data, "x.xlsx") == (["name"], [[f"text {i}"] for i in order])


def workbook(folder: Path, rows: str, strings: str = "", doctype: str = "") -> bytes:
    """A workbook of one sheet, as small as it can be."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    path = folder / "made.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{space}" xmlns:r="{relations}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{space}">{strings}</sst>')
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<?xml version="1.0"?>{doctype}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>',
        )
    return path.read_bytes()
