"""Which encoding a text file is in. What is valid UTF-8 is UTF-8; Chinese files of other programs are GB18030."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from charset_normalizer import from_bytes

from crm_api.integrations.sheets.errors import SheetRefused

ENCODINGS: Final = (
    "utf-8",
    "gb18030",
    "utf-16-le",
    "utf-16-be",
    "big5",
    "shift_jis",
    "euc_kr",
    "cp1252",
    "cp1251",
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHUNK, _SAMPLE = 1 << 20, 200_000


def detect(path: Path) -> str:
    """The encoding of a whole file, one of `ENCODINGS`; SheetRefused when none fits."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return demanded(path, name)
    if b"\x00" in sample:
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        return demanded(path, "utf-16-le" if odd > even else "utf-16-be")
    if fits(path, "utf-8"):
        return "utf-8"
    if _looks_chinese(sample) and fits(path, "gb18030"):
        return "gb18030"
    guess = from_bytes(sample, cp_isolation=list(ENCODINGS[1:])).best()
    found = guess.encoding.replace("-", "_").lower() if guess else "cp1252"
    return demanded(path, found if found in ENCODINGS else "cp1252")


def demanded(path: Path, encoding: str) -> str:
    """The encoding, if the whole file is in it."""
    if not fits(path, encoding):
        raise SheetRefused("sheet_encoding", expected=encoding)
    return encoding


def fits(path: Path, encoding: str) -> bool:
    """Whether every byte of a file can be read in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _looks_chinese(sample: bytes) -> bool:
    """Almost any bytes are GB18030; those of a Chinese text are pairs from its first table, GB2312."""
    pairs = common = position = 0
    while position < len(sample) - 1:
        first, second = sample[position], sample[position + 1]
        if first < 0x80:
            position += 1
            continue
        pairs += 1
        common += 0xA1 <= first <= 0xF7 and second >= 0xA1
        position += 2
    return pairs > 0 and common / pairs >= 0.7
