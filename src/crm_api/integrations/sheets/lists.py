"""Several texts in one cell."""

from collections.abc import Sequence
from typing import Any

import orjson


def joined(texts: Sequence[str]) -> str:
    """Several texts in one cell: `a; b`, or a JSON list where that could be read in two ways."""
    clear = all(text == text.strip() and text and not set(text) & set(";\n\r") for text in texts)
    return (
        "; ".join(texts)
        if clear and not (texts and texts[0][0] in "[{")
        else orjson.dumps(list(texts)).decode()
    )


def parted(cell: str) -> list[Any]:
    """What `joined` wrote; a line break parts as well."""
    if cell.lstrip().startswith("["):
        found = orjson.loads(cell)
        if not isinstance(found, list):
            raise ValueError
        return found
    return [part.strip() for part in cell.replace("\r", "\n").replace("\n", ";").split(";") if part.strip()]
