"""Identifiers: UUID version 7 (RFC 9562), as canonical lower-case text everywhere in Python."""

import os
import re
import time

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_last = 0


def new_id() -> str:
    """A fresh id that sorts after every id this process made before.

    48 bits of milliseconds, 12 bits of a fraction of the millisecond that never runs backwards, 62 random bits.
    """
    global _last  # noqa: PLW0603  one counter a process is what makes ids monotonic
    ticks = (time.time_ns() << 12) // 1_000_000
    _last = ticks if ticks > _last else _last + 1
    head = (_last >> 12) << 16 | 0x7000 | (_last & 0xFFF)
    tail = int.from_bytes(os.urandom(8)) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    text = f"{head:016x}{tail:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def as_id(text: str) -> str | None:
    """The canonical form of a UUID, or None when the text is none."""
    return text.lower() if _CANONICAL.fullmatch(text) else None
