"""What a file is, by its content alone: its name and what the sender declares are not asked.

Accepted is a short list of formats, each known by how it begins and, where the format allows it, by how it ends, so
that a file is one thing and nothing else besides. A text is text without markup that a browser would run.
"""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

HEAD_BYTES, TAIL_BYTES, MOST_ENTRIES = 1 << 16, 1 << 20, 10_000
_END_OF_ZIP: Final = b"PK\x05\x06"
_MARKUP = re.compile(
    rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|object|embed|img|meta|link|style|form|\?xml|\?php|\?=|%)"
    rb"|javascript:|<!\[CDATA\[",
    re.IGNORECASE,
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_PROGRAM = re.compile(rb"#!|MZ|\x7fELF|%!PS|%PDF|\{\\rtf|@echo ", re.IGNORECASE)
_SUFFIX_IN_NAME = re.compile(r"\.(?=[A-Za-z][A-Za-z0-9]{0,9}(?:\.|$))")


class Format(NamedTuple):
    """A kind of file and the endings its names have, the usual one first."""

    media_type: str
    suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Glimpse:
    """How a file begins, how it ends and how long it is."""

    head: bytes
    tail: bytes
    size: int


PDF = Format("application/pdf", ("pdf",))
PNG = Format("image/png", ("png",))
JPEG = Format("image/jpeg", ("jpg", "jpeg"))
GIF = Format("image/gif", ("gif",))
WEBP = Format("image/webp", ("webp",))
TIFF = Format("image/tiff", ("tif", "tiff"))
HEIC = Format("image/heic", ("heic", "heif"))
MP4 = Format("video/mp4", ("mp4", "m4v", "m4a", "mov"))
MP3 = Format("audio/mpeg", ("mp3",))
WAV = Format("audio/wav", ("wav",))
RTF = Format("application/rtf", ("rtf",))
TEXT = Format("text/plain", ("txt", "csv", "md", "log", "tsv", "json", "eml", "ics", "vcf"))
_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = Format(f"{_OOXML}wordprocessingml.document", ("docx",))
XLSX = Format(f"{_OOXML}spreadsheetml.sheet", ("xlsx",))
PPTX = Format(f"{_OOXML}presentationml.presentation", ("pptx",))
FORMATS: Final = (PDF, DOCX, XLSX, PPTX, TEXT, RTF, PNG, JPEG, GIF, WEBP, TIFF, HEIC, MP4, MP3, WAV)
ACCEPTED: Final = ", ".join(kind.suffixes[0] for kind in FORMATS)


async def glimpse(chunks: AsyncIterator[bytes]) -> Glimpse:
    """Both ends of a stream."""
    head, tail, size = b"", b"", 0
    async for chunk in chunks:
        size += len(chunk)
        head += chunk[: HEAD_BYTES - len(head)]
        tail = (tail + chunk)[-TAIL_BYTES:]
    return Glimpse(head, tail, size)


def format_of(seen: Glimpse) -> Format | None:
    """The format of a file; None for one that is not accepted."""
    return next((kind for kind, is_one in _TESTS if is_one(seen)), None)


def named_for(kind: Format, name: str) -> str:
    """A name that ends as its format does, with no other ending before it."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or suffix.lower() not in kind.suffixes:
        stem, suffix = name, kind.suffixes[0]
    return f"{_SUFFIX_IN_NAME.sub('_', stem)}.{suffix}"


def _plain(seen: Glimpse) -> bool:
    """Neither the beginning of markup nor the end of an archive: what some programs look for wherever it is."""
    return not _MARKUP.search(seen.head[:4096]) and _END_OF_ZIP not in seen.tail[-70_000:]


def _pdf(seen: Glimpse) -> bool:
    return (
        seen.head.startswith(b"%PDF-")
        and b"%%EOF" in seen.tail[-2048:]
        and _END_OF_ZIP not in seen.tail[-70_000:]
    )


def _png(seen: Glimpse) -> bool:
    return (
        seen.head.startswith(b"\x89PNG\r\n\x1a\n") and seen.tail.endswith(b"IEND\xaeB`\x82") and _plain(seen)
    )


def _jpeg(seen: Glimpse) -> bool:
    return seen.head.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in seen.tail and _plain(seen)


def _gif(seen: Glimpse) -> bool:
    return seen.head[:6] in (b"GIF87a", b"GIF89a") and seen.tail.endswith(b";") and _plain(seen)


def _riff(kind: bytes) -> Callable[[Glimpse], bool]:
    def is_one(seen: Glimpse) -> bool:
        declared = int.from_bytes(seen.head[4:8], "little") + 8
        fits = seen.size - 1 <= declared <= seen.size
        return seen.head.startswith(b"RIFF") and seen.head[8:12] == kind and fits and _plain(seen)

    return is_one


def _tiff(seen: Glimpse) -> bool:
    return seen.head[:4] in (b"II*\x00", b"MM\x00*") and _plain(seen)


def _isobmff(*brands: bytes) -> Callable[[Glimpse], bool]:
    def is_one(seen: Glimpse) -> bool:
        return seen.head[4:8] == b"ftyp" and seen.head[8:12] in brands and _plain(seen)

    return is_one


def _mp3(seen: Glimpse) -> bool:
    frame = seen.head[:1] == b"\xff" and seen.head[1:2] in (b"\xfb", b"\xf3", b"\xf2")
    return (seen.head.startswith(b"ID3") or frame) and _plain(seen)


def _rtf(seen: Glimpse) -> bool:
    embeds = b"\\object" in seen.head or b"\\object" in seen.tail
    return seen.head.startswith(b"{\\rtf1") and not embeds and _plain(seen)


def _text(seen: Glimpse) -> bool:
    """UTF-8 or GB18030 without control characters, without markup, not a program."""
    ends = (seen.head, seen.tail)
    if _PROGRAM.match(seen.head.removeprefix(b"\xef\xbb\xbf").lstrip()) or not all(map(_decodes, ends)):
        return False
    return not any(_CONTROLS.search(end) or _MARKUP.search(end) for end in ends) and _plain(seen)


def _decodes(data: bytes) -> bool:
    """As far as it goes: an end may cut a character in two."""
    for encoding in ("utf-8", "gb18030"):
        for start in range(4):
            try:
                data[start:-4].decode(encoding) if len(data) > 64 else data.decode(encoding)
            except UnicodeDecodeError as error:
                if len(data) > 64 and error.start >= len(data) - 12:
                    return True
            else:
                return True
    return False


def _office(folder: bytes) -> Callable[[Glimpse], bool]:
    def is_one(seen: Glimpse) -> bool:
        names = _entries(seen)
        # a macro, a program or a page among the parts makes it something else
        odd = (
            b"vbaproject.bin",
            b".exe",
            b".dll",
            b".js",
            b".vbs",
            b".html",
            b".htm",
            b".class",
            b".jar",
            b".bin/",
        )
        return (
            b"[content_types].xml" in names
            and any(name.startswith(folder) for name in names)
            and not any(name.endswith(odd) for name in names)
        )

    return is_one


def _entries(seen: Glimpse) -> list[bytes]:
    """The names in a zip archive that begins at the first byte and ends at the last; none for any other."""
    end = len(seen.tail) - 22
    if not seen.head.startswith(b"PK\x03\x04") or end < 0 or seen.tail[end : end + 4] != _END_OF_ZIP:
        return []
    count = int.from_bytes(seen.tail[end + 10 : end + 12], "little")
    length = int.from_bytes(seen.tail[end + 12 : end + 16], "little")
    offset = int.from_bytes(seen.tail[end + 16 : end + 20], "little")
    if count > MOST_ENTRIES or offset + length + 22 != seen.size or length > end:
        return []
    found, place = [], end - length
    for _ in range(count):
        if seen.tail[place : place + 4] != b"PK\x01\x02":
            return []
        name, extra, comment = (
            int.from_bytes(seen.tail[place + at : place + at + 2], "little") for at in (28, 30, 32)
        )
        found.append(seen.tail[place + 46 : place + 46 + name].lower())
        place += 46 + name + extra + comment
    return found if place == end else []


_TESTS: Final[tuple[tuple[Format, Callable[[Glimpse], bool]], ...]] = (
    (PDF, _pdf),
    (PNG, _png),
    (JPEG, _jpeg),
    (GIF, _gif),
    (WEBP, _riff(b"WEBP")),
    (WAV, _riff(b"WAVE")),
    (TIFF, _tiff),
    (HEIC, _isobmff(b"heic", b"heix", b"mif1", b"hevc")),
    (MP4, _isobmff(b"isom", b"iso2", b"mp41", b"mp42", b"M4A ", b"M4V ", b"avc1", b"qt  ", b"dash")),
    (MP3, _mp3),
    (RTF, _rtf),
    (DOCX, _office(b"word/")),
    (XLSX, _office(b"xl/")),
    (PPTX, _office(b"ppt/")),
    (TEXT, _text),
)
