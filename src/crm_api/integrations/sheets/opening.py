"""Opening a file of rows as what it is."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crm_api.integrations.sheets.csv_files import delimiter_of, read_csv
from crm_api.integrations.sheets.encodings import demanded, detect
from crm_api.integrations.sheets.errors import SheetRefused
from crm_api.integrations.sheets.ndjson_files import read_ndjson
from crm_api.integrations.sheets.rows import Format, Sheet
from crm_api.integrations.sheets.xlsx_files import read_xlsx

_ZIP = b"PK\x03\x04"
_SUFFIXES = {"csv": Format.CSV, "tsv": Format.CSV, "txt": Format.CSV, "xlsx": Format.XLSX}
_SUFFIXES |= {"ndjson": Format.NDJSON, "jsonl": Format.NDJSON}


@dataclass(frozen=True)
class Layout:
    """How a file is written: its format and, for CSV, the encoding and the separator."""

    format: Format
    encoding: str | None = None
    delimiter: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def layout_of(path: Path, name: str) -> Layout:
    """What a file is: by its content where that tells, else by the end of its name."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise SheetRefused("sheet_empty")
    form = _SUFFIXES.get(name.rpartition(".")[2].lower())
    if head.startswith(_ZIP) or form is Format.XLSX:
        return Layout(Format.XLSX)
    if form is Format.NDJSON or (form is None and head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{")):
        return Layout(Format.NDJSON)
    encoding = detect(path)
    return Layout(Format.CSV, encoding, delimiter_of(path, encoding))


def open_sheet(path: Path, layout: Layout) -> Sheet:
    """The columns and rows of a file; SheetRefused, now or at the row where it turns out to be broken."""
    match layout.format:
        case Format.XLSX:
            return read_xlsx(path)
        case Format.NDJSON:
            return read_ndjson(path)
        case _:
            encoding = demanded(path, layout.encoding or "utf-8")
            return read_csv(path, encoding, layout.delimiter or delimiter_of(path, encoding))
