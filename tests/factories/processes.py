"""Processes that can die or meet each other, copied from one that has imported everything: that alone takes seconds."""

import importlib
import multiprocessing
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.context import ForkServerProcess
from typing import Any

import uvicorn

from crm_api.kit import failpoints
from crm_api.settings import Settings

Spawn = Callable[..., ForkServerProcess]
SERVED = "crm_api.server.asgi:app"
SECONDS = 60
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["crm_api.main", "crm_api.worker", "tests.factories.processes"])


@contextmanager
def spawning() -> Iterator[Spawn]:
    """Starts processes; whatever still runs at the end is killed."""
    started: list[ForkServerProcess] = []

    def run(target: Callable[..., None], *arguments: Any) -> ForkServerProcess:
        process = PROCESSES.Process(target=target, args=arguments)
        process.start()
        started.append(process)
        return process

    try:
        yield run
    finally:
        for process in started:
            process.kill()
            process.join()
            process.close()


def arm(environment: Mapping[str, str]) -> None:
    """Give a copied process an environment of its own, and the place where it dies."""
    os.environ.update(environment)
    importlib.reload(failpoints)


@contextmanager
def serving(
    settings: Settings, *, app: str = SERVED, **extra: str
) -> Iterator[tuple[str, ForkServerProcess]]:
    """The address and the process of the application; `extra` is added to its environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**settings.worker_environment(), "CRM_LOG_LEVEL": "error", **extra}
    with spawning() as spawn:
        process = spawn(_serve, environment, port, app)
        _wait_for(process, port)
        yield f"http://127.0.0.1:{port}", process
        process.terminate()
        process.join(15)


def _wait_for(process: ForkServerProcess, port: int) -> None:
    for _ in range(SECONDS * 20):
        assert process.exitcode is None, "the server did not start"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    msg = "the server did not become ready"
    raise AssertionError(msg)


def _serve(environment: Mapping[str, str], port: int, app: str) -> None:
    arm(environment)
    uvicorn.run(app, factory=True, port=port, log_level="error")
