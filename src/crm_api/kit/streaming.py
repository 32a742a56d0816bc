"""The streaming edge: answers that are too long for one transaction.

What the handler recorded (an export leaves a trace) is committed first. Then every chunk is read in a read-only
transaction of its own with the tenant set: after the commit the setting is gone, and row security would give an empty
file with a 200; and no connection is held while a slow client reads.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import quote

from fastapi import Depends

from crm_api.kit.allowed import Door
from crm_api.kit.principal import Permission
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.uploads import file_name


class Stream(NamedTuple):
    """What a streaming handler returns: its bytes, made chunk by chunk, and their type.

    `name` is the file that the client keeps it as; without one it is shown, not kept. There are no partial answers.
    """

    content: AsyncIterator[bytes]
    media_type: str
    name: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What keeps a browser from guessing what it has been sent."""
        kept = {"Content-Disposition": disposition(self.name)} if self.name is not None else {}
        alone = {"Content-Security-Policy": "sandbox; default-src 'none'", "Accept-Ranges": "none"}
        return {"X-Content-Type-Options": "nosniff", **alone, **kept}


async def begun(content: AsyncIterable[Any]) -> AsyncIterator[Any]:
    """The same bytes, the first at hand: what fails before them is refused like anything else, not cut off."""
    chunks = aiter(content)
    first = await anext(chunks, b"")

    async def whole() -> AsyncIterator[Any]:
        yield first
        async for chunk in chunks:
            yield chunk

    return whole()


def disposition(name: str) -> str:
    """`Content-Disposition` of a download (RFC 6266), for names in any script; nothing in one breaks out of it."""
    name = file_name(name)
    plain = "".join(c if c.isascii() else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def file_answers(media_types: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """What a route says of the file that it answers, in one of these types."""
    bare = [media_type.partition(";")[0] for media_type in media_types]
    content = {media: {"schema": {"type": "string", "contentMediaType": media}} for media in bare}
    return {200: {"description": "The file.", "content": content}}


class StreamDoor(Door):
    """The door of handlers that return a `Stream`."""


def streaming(permission: Permission) -> Any:
    """`Annotated[UnitOfWork, streaming(customers.export)]`."""
    return Depends(StreamDoor(permission))


@asynccontextmanager
async def chunk(uow: UnitOfWork) -> AsyncIterator[UnitOfWork]:
    """A unit for the statements of one chunk, as the principal of the request and under its permission."""
    assert uow.permission is not None, "a stream is read under a permission"
    unit = uow.again(uow.permission)
    try:
        yield unit
        await unit.commit()
    finally:
        await unit.close()
