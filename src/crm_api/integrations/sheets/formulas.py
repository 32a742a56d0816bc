"""Cells that a spreadsheet program would run: `=…`, and what it takes for one.

`guard` puts one apostrophe before such a text, `unguard` takes exactly that one away; what is guarded once more than it
was, is unguarded once less, so that any text survives export, import and export.
"""

import re
from typing import Final

_STARTS: Final = "=+\\-@\t\r\n\x00＝＋－＠"
_RUN: Final = re.compile(f"'*[{_STARTS}]")
_GUARDED: Final = re.compile(f"'+[{_STARTS}]")


def guard(text: str) -> str:
    """A text as no program takes it for a formula."""
    return f"'{text}" if _RUN.match(text) else text


def unguard(text: str) -> str:
    """A text as it was before it was guarded."""
    return text[1:] if _GUARDED.match(text) else text
