"""The texts that the cells of a workbook refer to by number, kept on disk: a workbook may hold millions."""

import re
from array import array
from collections.abc import Iterator
from itertools import islice
from os import SEEK_END
from tempfile import TemporaryFile
from typing import Final

_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MOST, _AHEAD = 20_000_000, 1_000


class SharedStrings:
    """A list of texts that costs 8 bytes of memory each; it is read from `source` as far as somebody asks."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._file = TemporaryFile()  # noqa: SIM115  closed by `close`
        self._ends = array("Q", [0])
        self._held: dict[int, str] = {}

    def __getitem__(self, place: int) -> str:
        held = self._held.get(place)
        if held is None:
            self._read_to(place)
            start = self._ends[place]
            self._file.seek(start)
            held = self._file.read(self._ends[place + 1] - start).decode("utf-8", "surrogatepass")
            if len(self._held) >= 50_000:
                self._held.clear()
            self._held[place] = held
        return held

    def close(self) -> None:
        self._file.close()

    def _read_to(self, place: int) -> None:
        if not 0 <= place < _MOST:
            raise IndexError(place)
        missing = place + 2 - len(self._ends)
        if missing > 0:
            self._file.seek(0, SEEK_END)
            for text in islice(self._source, missing + _AHEAD):
                self._ends.append(self._ends[-1] + self._file.write(text.encode("utf-8", "surrogatepass")))
        if place >= len(self._ends) - 1:
            raise IndexError(place)


def unescaped(text: str) -> str:
    """`_x000D_` is the character that XML could not hold."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
