"""HTTP servers on loopback that receive what the application sends, and answer well or badly."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

GIGABYTE, PIECE = 1024**3, 64 * 1024
INSIDE = "127.0.0.99"  # what the settings of the tests open; the rest of loopback stays closed


@dataclass(frozen=True)
class Received:
    """A request as it came in; header names in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class Peer:
    """One server; `sent` counts the bytes of bodies that it could get rid of."""

    host: str = "127.0.0.1"
    port: int = 0
    scheme: str = "http"
    requests: list[Received] = field(default_factory=list)
    sent: int = 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}/hook"


Behaviour = Callable[[Peer, Received, asyncio.StreamWriter], Awaitable[None]]


def answering(status: int, *headers: str) -> Behaviour:
    """A short answer."""

    async def behave(peer: Peer, request: Received, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} X", "Content-Length: 2", *headers]
        writer.write(("\r\n".join(lines) + "\r\n\r\nok").encode())

    return behave


well = answering(200)


def redirect(location: str) -> Behaviour:
    return answering(302, f"Location: {location}")


async def hang(peer: Peer, request: Received, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def drip(peer: Peer, request: Received, writer: asyncio.StreamWriter) -> None:
    """One byte of a header at a time."""
    for byte in b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 1000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.02)


async def cut_at_once(peer: Peer, request: Received, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def cut_after_headers(peer: Peer, request: Received, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n12345")


async def nonsense(peer: Peer, request: Received, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x16\x03\x01 not HTTP at all\r\n\r\n")


async def endless_headers(peer: Peer, request: Received, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(GIGABYTE // PIECE):
        writer.write(b"x-a: " + b"b" * PIECE + b"\r\n")
        await writer.drain()


async def endless_body(peer: Peer, request: Received, writer: asyncio.StreamWriter) -> None:
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {GIGABYTE}\r\n\r\n".encode())
    for _ in range(GIGABYTE // PIECE):
        writer.write(b"x" * PIECE)
        await writer.drain()
        peer.sent += PIECE


@asynccontextmanager
async def peer(
    behave: Behaviour = well, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Peer]:
    """A server that behaves in one way, until the end of the block."""
    found = Peer(host, scheme="https" if tls else "http")
    open_ones: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_ones.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                request = await read(reader)
                found.requests.append(request)
                await behave(found, request, writer)
                await writer.drain()
        finally:
            open_ones.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, host, 0, ssl=tls)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)


def inside(behave: Behaviour = well) -> AbstractAsyncContextManager[Peer]:
    """A server where webhooks of tests may go."""
    return peer(behave, host=INSIDE)


async def read(reader: asyncio.StreamReader) -> Received:
    """One request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(head[0], headers, body, asyncio.get_running_loop().time())
