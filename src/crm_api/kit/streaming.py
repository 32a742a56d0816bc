"""The streaming edge: answers that are too long for one transaction.

What the handler recorded (an export leaves a trace) is committed first. Then every chunk is read in a read-only
transaction of its own with the tenant set: after the commit the setting is gone, and row security would give an empty
file with a 200; and no connection is held while a slow client reads.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from fastapi import Depends

from crm_api.kit.allowed import Door
from crm_api.kit.principal import Permission
from crm_api.kit.uow import UnitOfWork


class Stream(NamedTuple):
    """What a streaming handler returns: its bytes, made chunk by chunk, and their type."""

    content: AsyncIterator[bytes]
    media_type: str


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
