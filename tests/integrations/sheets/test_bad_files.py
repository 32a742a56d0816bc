"""Files that are wrong, or made to harm: refused by name, in bounded time and memory."""

import resource
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from crm_api.integrations.sheets.errors import SheetRefused
from crm_api.integrations.sheets.opening import Layout, layout_of, open_sheet
from crm_api.integrations.sheets.rows import Format
from tests.integrations.sheets.test_round_trip import workbook

HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'


def consume(path: Path, name: str) -> list[tuple[int, str | None]]:
    sheet = open_sheet(path, layout_of(path, name))
    return [(row.number, row.fault.code if row.fault else None) for row in sheet.rows]


def refusal(path: Path, name: str) -> str:
    with pytest.raises(SheetRefused) as refused:
        consume(path, name)
    fault = refused.value.faults[0]
    assert fault.at == "/file"
    return fault.code


def stored(folder: Path, data: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("x.csv", b"", "sheet_empty"),
        ("x.csv", b"\xef\xbb\xbf", "sheet_empty"),
        ("x.csv", b"\r\n", "sheet_empty"),
        ("x.csv", b",,\r\n1,2,3\r\n", "sheet_empty"),
        ("x.csv", b"a,b,a\r\n1,2,3\r\n", "sheet_column_twice"),
        ("x.csv", b'a,b\r\n"1,2\r\n3,4\r\n', "sheet_line_unreadable"),
        ("x.csv", b'a,b\r\n"1"x,2\r\n', "sheet_line_unreadable"),
        ("x.csv", b'a,b\r\n"' + b"x" * 200_000, "sheet_line_unreadable"),
        ("x.csv", ",".join(f"c{i}" for i in range(201)).encode(), "sheet_columns"),
        ("x.csv", b"a,b\r\n" + b"," * 300, "sheet_columns"),
        ("x.ndjson", b"", "sheet_empty"),
        ("x.ndjson", b"[1]\n2\n", "sheet_empty"),
        ("x.ndjson", b'{"a":"' + b"x" * 1_100_000 + b'"}', "sheet_unreadable"),
        ("x.ndjson", b"{" + b",".join(b'"k%d":1' % i for i in range(201)) + b"}", "sheet_columns"),
        ("x.xlsx", b"PK\x03\x04 no archive", "sheet_unreadable"),
        ("x.xlsx", b"a,b\r\n1,2\r\n", "sheet_unreadable"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    assert refusal(stored(tmp_path, data), name) == code


def test_rows_that_are_wrong_leave_the_others_alone(tmp_path: Path) -> None:
    csv = b"a,b\r\n1,2\r\n1\r\n\r\n1,2,3\r\n1,2,\r\n" + b"x" * 40_000 + b",2\r\n1,2\r\n"
    assert consume(stored(tmp_path, csv), "x.csv") == [
        (1, None),
        (2, "sheet_ragged"),
        (4, "sheet_ragged"),
        (5, None),
        (6, "sheet_cell"),
        (7, None),
    ]
    lines = b'{"a":1,"b":2}\n{"a":1\n\n[]\n{"a":2}\n'
    assert consume(stored(tmp_path, lines), "x.ndjson") == [
        (1, None),
        (2, "sheet_object"),
        (4, "sheet_object"),
        (5, None),
    ]


def test_an_encoding_that_does_not_fit(tmp_path: Path) -> None:
    path = stored(tmp_path, "名称\n智达\n".encode("gb18030"))
    with pytest.raises(SheetRefused) as refused:
        open_sheet(path, Layout(Format.CSV, "utf-8", ","))
    assert refused.value.faults[0].code == "sheet_encoding"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (HEADER + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "sheet_columns"),
        (HEADER + '<row r="1048577"><c r="A1048577"><v>1</v></c></row>', "sheet_rows"),
        (HEADER + '<row r="99999999999999"><c r="A1"><v>1</v></c></row>', "sheet_rows"),
        (HEADER + '<row r="2">' + "<c/>" * 300_000 + "</row>", "sheet_columns"),
        (HEADER + '<row r="2"><c r="A2"><v>1</v></c></row>' * 2, "sheet_unreadable"),
        (HEADER + '<row r="2"><c r="A2" t="s"><v>7</v></c></row>', "sheet_unreadable"),
        (HEADER + '<row r="2"><c r="12"><v>7</v></c></row>', "sheet_unreadable"),
        ("<row>", "sheet_unreadable"),
        ("", "sheet_empty"),
    ],
    ids=[
        "far column",
        "far row",
        "farthest row",
        "wide row",
        "twice",
        "no text",
        "no column",
        "broken",
        "empty",
    ],
)
def test_a_workbook_made_to_harm(tmp_path: Path, rows: str, code: str) -> None:
    path = stored(tmp_path, workbook(tmp_path, rows))
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert refusal(path, "x.xlsx") == code

    assert time.process_time() - began < 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "kilobytes"


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
    ],
)
def test_entities_are_refused(tmp_path: Path, doctype: str) -> None:
    rows = HEADER + '<row r="2"><c r="A2" t="inlineStr"><is><t>x</t></is></c></row>'
    path = stored(tmp_path, workbook(tmp_path, rows, doctype=doctype))
    assert refusal(path, "x.xlsx") == "sheet_unreadable"


def test_a_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    data = BytesIO(workbook(tmp_path, HEADER))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros", b"\0" * 50_000_000)
    assert refusal(stored(tmp_path, data.getvalue()), "x.xlsx") == "sheet_archive"
    data = BytesIO(workbook(tmp_path, HEADER))
    with zipfile.ZipFile(data, "a") as archive:
        for i in range(2_100):
            archive.writestr(f"{i}", b"")
    assert refusal(stored(tmp_path, data.getvalue()), "x.xlsx") == "sheet_archive"


def test_the_first_rows_are_read_without_the_rest(tmp_path: Path) -> None:
    """What an upload is told at once must not cost as much as the whole."""
    strings = "".join(f"<si><t>text {i}</t></si>" for i in range(300_000))
    rows = HEADER + '<row r="2"><c r="A2" t="s"><v>0</v></c></row>'
    path = stored(tmp_path, workbook(tmp_path, rows, strings))
    began = time.process_time()

    assert next(open_sheet(path, layout_of(path, "x.xlsx")).rows).cells == ["text 0"]
    assert time.process_time() - began < 0.1
