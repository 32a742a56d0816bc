"""The server process: from an empty directory or a named database to answering requests, and down again."""

import asyncio
import importlib
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from types import FrameType
from typing import NoReturn

import uvicorn
from uvicorn.supervisors import Multiprocess

from crm_api.kit.observability import configure_logging
from crm_api.server.bootstrap import bootstrap
from crm_api.server.companion import Companion
from crm_api.server.database import open_database, prepare
from crm_api.server.migrating import Report
from crm_api.settings import Settings

# A statement of a request takes at most 5 s; with 3 s for the embedded PostgreSQL all is over within 10 s.
DRAIN_SECONDS = 6
ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Server(uvicorn.Server):
    """One process; its worker begins to end with the first signal, not after the last request."""

    def __init__(self, config: uvicorn.Config, companion: Companion | None) -> None:
        super().__init__(config)
        self._companion = companion

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._companion:
            self._companion.end()
        super().handle_exit(sig, frame)


class Workers(Multiprocess):
    """Several processes on one socket; the parent lets go of it first: a draining server refuses clients."""

    companion: Companion | None = None

    def terminate_all(self) -> None:
        if self.companion:
            self.companion.end()
        for listening in self.sockets:
            listening.close()
        super().terminate_all()


def serve(
    settings: Settings, *, host: str, port: int, workers: int, demo: bool, companion: bool, report: Report
) -> None:
    """Serve until a signal says stop; then requests under way finish, new ones are refused, 10 s at most."""
    with _orderly_end(), open_database(settings) as opened:
        _ = opened.secrets  # refused before anything is changed
        asyncio.run(make_ready(opened, demo=demo, report=report))
        os.environ.update(opened.worker_environment(), CRM_WORKERS=str(workers))
        origin = opened.public_url or _origin(host, port)
        configure_logging(opened.log_level)
        config = _config(host, port, workers)
        with config.bind_socket() as listening:
            # who comes before the application is loaded waits, and is not refused
            listening.listen(config.backlog)
            report(f"API {origin}/api/v1 · documentation {origin}/docs and {origin}/redoc")
            with Companion() if companion else nullcontext() as beside:
                _run(config, listening, beside)


async def make_ready(settings: Settings, *, demo: bool, report: Report) -> None:
    """Roles, schema, the first tenant, and the demo company when asked for.

    On an empty database the demo company is the first tenant, so that its administrator sees it at once; later it is
    one more company.
    """
    await prepare(settings, report)
    # Loaded on demand: the demo company's texts are of no use to any other start.
    load = importlib.import_module("crm_api.server.demo").load if demo else None
    first = await bootstrap(settings, partial(load, settings, report) if load else None)
    if load and not first:
        await load(settings, report)
    if first:
        report(f"Administrator: {first.email}")
        if first.password:
            report(f"Password: {first.password}   (shown this once)")


def _config(host: str, port: int, workers: int) -> uvicorn.Config:
    return uvicorn.Config(
        "crm_api.server.asgi:app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # CRM_TRUSTED_PROXIES alone says whom to believe
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def _run(config: uvicorn.Config, listening: socket.socket, companion: Companion | None) -> None:
    if config.workers == 1:
        Server(config, companion).run([listening])
        return
    with _shared_metrics():
        processes = Workers(config, [listening])
        processes.companion = companion
        processes.run()


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """Where workers add up their counters, so that /metrics of any of them speaks for all."""
    directory = tempfile.mkdtemp(prefix="crm-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
    try:
        yield
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _orderly_end() -> Iterator[None]:
    """A signal ends the process by an exception, so that the embedded server is stopped; a second is ignored.

    While requests are served uvicorn has handlers of its own, and hands the signal on after the last request.
    """

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        for ending in ENDINGS:
            signal.signal(ending, signal.SIG_IGN)
        raise SystemExit(0)

    before = {ending: signal.signal(ending, end) for ending in ENDINGS}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


def _origin(host: str, port: int) -> str:
    local = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  shown, not listened on
    shown = local.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"
