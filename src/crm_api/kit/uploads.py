"""Files that come in: multipart/form-data, spooled to disk part by part, never whole in memory.

A handler takes a schema one of whose fields is an `Upload`, as `data: Annotated[ImportUpload, multipart()]`.
"""

import re
import unicodedata
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi.params import File
from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from crm_api.kit.errors import BadRequest, Fault, Invalid, TooLarge, UnsupportedMediaType
from crm_api.kit.requests import escaped, unstorable

UPLOAD_LIMIT: Final = 100_000_000
MEDIA_TYPE: Final = "multipart/form-data"
_PARTS, _TEXT_BYTES, _CHUNK, _NAME_BYTES = 20, 64_000, 256_000, 200
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"*:<>?|\\/]')


class Multipart(File):  # type: ignore[misc]  # as FastAPI itself does
    """The mark of a body with files; the whole of it, boundaries included, may have `limit` bytes."""

    def __init__(self, *, limit: int = UPLOAD_LIMIT) -> None:
        super().__init__(media_type=MEDIA_TYPE)
        self.limit = limit


def multipart(*, limit: int = UPLOAD_LIMIT) -> Any:
    """`Annotated[ImportUpload, multipart()]`."""
    return Multipart(limit=limit)


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file of a request. It is gone when the request ends: keep it by handing `chunks()` to a store."""

    name: str
    media_type: str
    size: int
    _spooled: UploadFile

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file from its beginning, also a second time."""
        await self._spooled.seek(0)
        while part := await self._spooled.read(_CHUNK):
            yield part


def _received(value: object) -> ReceivedFile:
    if not isinstance(value, UploadFile):
        raise PydanticCustomError(
            "wrong_type", "{code}", {"code": "wrong_type", "expected": "a file with a name"}
        )
    declared = (value.content_type or "application/octet-stream").partition(";")[0].strip().lower()
    return ReceivedFile(file_name(value.filename or ""), declared, value.size or 0, value)


Upload = Annotated[
    ReceivedFile,
    PlainValidator(_received),
    WithJsonSchema(
        {
            "type": "string",
            "contentMediaType": "application/octet-stream",
            "examples": ["(the bytes of a file)"],
        }
    ),
]


def file_name(given: str) -> str:
    """The last part of a path without what a header, a shell or a file system could take for more than a name."""
    name = unicodedata.normalize("NFC", re.split(r"[\\/]", given)[-1])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    name = _UNSAFE.sub("_", name).strip(". ")
    stem, dot, suffix = name.rpartition(".")
    if len(name.encode()) > _NAME_BYTES:
        ending = f"{dot}{suffix[:20]}" if stem else ""
        name = (stem or name).encode()[: _NAME_BYTES - len(ending.encode())].decode(
            "utf-8", "ignore"
        ) + ending
    return name or "file"


async def read_upload(request: Request, limit: int) -> dict[str, Any]:
    """The parts of a body by name: texts, and files that are closed with the request.

    What is declared too large is refused unread; what turns out too large, where it crosses the limit.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != MEDIA_TYPE:
        raise UnsupportedMediaType(expected=MEDIA_TYPE)
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit():
        raise BadRequest
    if int(declared) > limit:
        raise _too_large(limit)
    parser = _Parser(request, limit)
    try:
        form = request._form = await parser.parse()
    except (MultiPartException, ClientDisconnect) as error:
        raise BadRequest("invalid_multipart") from error
    return _parts(form)


class _Parser(MultiPartParser):
    """A parser that also notices a body that was cut off or is too large."""

    def __init__(self, request: Request, limit: int) -> None:
        body = self._body(request, limit)
        caps = {"max_files": _PARTS, "max_fields": _PARTS, "max_part_size": _TEXT_BYTES}
        super().__init__(request.headers, body, **caps)
        self._ended = False

    def on_end(self) -> None:
        self._ended = True

    async def _body(self, request: Request, limit: int) -> AsyncGenerator[bytes, None]:
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise _too_large(limit)
            yield part
        if not self._ended:
            raise MultiPartException("The last part has no end.")


def _too_large(limit: int) -> TooLarge:
    # the rest of the body is not waited for
    return TooLarge(limit=limit, headers={"Connection": "close"})


def _parts(form: FormData) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in form.multi_items():
        bad = unstorable(name, "") or (unstorable(value, "") if isinstance(value, str) else [])
        pointer = f"/{escaped(name)}".replace("\x00", "")
        if bad:
            raise Invalid(faults=[Fault("pointer", pointer, "invalid_character")])
        if name in found:
            raise BadRequest("duplicate_key", faults=[Fault("pointer", pointer, "duplicate_key")])
        found[name] = value
    return found
