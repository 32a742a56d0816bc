"""The worker process beside the server: started with it, started again when it dies, never left behind."""

import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self

import structlog

END_SECONDS = 10.0
FIRST_WAIT, LONGEST_WAIT, LASTED = 1.0, 30.0, 60.0
_log = structlog.get_logger("crm_api")


class Companion:
    """While this is open, a worker runs. It also ends when we are killed: its standard input closes with us."""

    def __init__(self) -> None:
        self._ending = threading.Event()
        self._starting = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._watch = threading.Thread(target=self._keep, name="companion", daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()
        self._watch.join(END_SECONDS)
        if self._child and self._child.poll() is None:
            self._child.kill()
            self._child.wait()

    def end(self) -> None:
        """Let it finish what it is at; does not wait."""
        self._ending.set()
        with self._starting:
            if self._child and self._child.poll() is None:
                self._child.terminate()

    def _keep(self) -> None:
        wait = FIRST_WAIT
        while not self._ending.is_set():
            started = time.monotonic()
            with self._starting:
                if self._ending.is_set():
                    return
                self._child = subprocess.Popen(
                    [sys.executable, "-m", "crm_api.worker"], stdin=subprocess.PIPE
                )
            code = self._child.wait()
            if self._ending.is_set():
                return
            wait = FIRST_WAIT if time.monotonic() - started > LASTED else min(wait * 2, LONGEST_WAIT)
            _log.warning("worker_ended", code=code, again_in_seconds=wait)
            self._ending.wait(wait)
