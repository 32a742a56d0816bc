"""Server-sent events: what is new, as it comes, over one long answer.

Nothing is held while a stream waits: each look is a read-only transaction of its own, by a principal who is asked for
anew each time. A stream ends when the client goes, the process drains, the principal may no longer read, or after an
hour: clients connect again and go on where they were.
"""

import asyncio
import signal
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from starlette.requests import Request

from crm_api.kit.allowed import admit
from crm_api.kit.conflicts import database_problem
from crm_api.kit.errors import Problem, Unavailable
from crm_api.kit.requests import bearer
from crm_api.kit.streaming import Stream, chunk
from crm_api.kit.uow import UnitOfWork

POLL_SECONDS, HEARTBEAT_SECONDS = 0.5, 15.0
HEARTBEAT = b":\n\n"
Poll = Callable[[UnitOfWork], Awaitable[list[bytes]]]


@dataclass
class Streams:
    """The streams of this process: how many there may be, how long each lasts, and whether all have to end."""

    limit: int = 100
    seconds: float = 3600
    count: int = 0
    draining: bool = False

    @contextmanager
    def draining_on_signal(self) -> Iterator[None]:
        """A signal that stops the server ends the streams first, so that nobody waits for them."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

        def drain(number: int, frame: FrameType | None) -> None:
            self.draining = True
            handler = before[signal.Signals(number)]
            if callable(handler):
                handler(number, frame)

        for number in before:
            signal.signal(number, drain)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def stream_answers(schema: str) -> dict[int | str, dict[str, Any]]:
    """What a route says of its stream, the `data` of whose events is of a schema of the document."""
    data = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"$ref": f"#/components/schemas/{schema}"},
    }
    event = {
        "type": "object",
        "properties": {"id": {"type": "string"}, "event": {"type": "string"}, "data": data},
        "required": ["id", "event", "data"],
    }
    content = {"text/event-stream": {"itemSchema": event}}
    return {200: {"description": "Events, as long as you stay.", "content": content}}


def frame(data: bytes, *, name: str, token: str) -> bytes:
    """One event; `data` is JSON on one line."""
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (token.encode(), name.encode(), data)


def mark(token: str) -> bytes:
    """No event, but the place to resume from."""
    return b"id: %s\n\n" % token.encode()


def event_stream(request: Request, uow: UnitOfWork, poll: Poll) -> Stream:
    """The stream of what `poll` finds, time and again; Unavailable when there are too many already."""
    streams: Streams = request.app.state.edge.streams
    if streams.count >= streams.limit:
        raise Unavailable("too_many_streams")
    return Stream(_watch(request, uow, poll, streams), "text/event-stream")


async def _watch(request: Request, uow: UnitOfWork, poll: Poll, streams: Streams) -> AsyncIterator[bytes]:
    streams.count += 1
    try:
        spoken = time.monotonic()
        end = spoken + streams.seconds
        yield HEARTBEAT
        while not streams.draining and time.monotonic() < end:
            frames = await _look(request, uow, poll)
            if frames is None:
                return
            if not frames and time.monotonic() - spoken >= HEARTBEAT_SECONDS:
                frames = [HEARTBEAT]
            if frames:
                yield b"".join(frames)
                spoken = time.monotonic()
            else:
                await asyncio.sleep(POLL_SECONDS)
    finally:
        streams.count -= 1


async def _look(request: Request, uow: UnitOfWork, poll: Poll) -> list[bytes] | None:
    """What is new; None when the stream is over."""
    try:
        assert uow.permission is not None, "a stream is read under a permission"
        uow.principal = await request.app.state.edge.authenticate(bearer(request))
        admit(uow, uow.permission)
        async with chunk(uow) as unit:
            return await poll(unit)
    except Problem:
        return None
    except Exception as error:
        if database_problem(error) is None:
            raise
        return None
