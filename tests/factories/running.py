"""The application on a real socket: for answers that do not end, which the in-process transport would wait for."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from tests.factories.companies import Served


class _Quiet(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def running(served: Served) -> AsyncIterator[str]:
    """The address of the API, whose lifespan is the test session's."""
    config = uvicorn.Config(served.app, port=0, lifespan="off", log_config=None, access_log=False)
    config.timeout_graceful_shutdown = 1
    server = _Quiet(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  the server sets a flag
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/api/v1"
    finally:
        server.should_exit = True
        await task
