"""Finding, stopping and clearing up after a PostgreSQL server, by the lock file in its data directory."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crm_api.server.binaries import Account
from crm_api.settings import CannotStart

PORT = 5432  # of the socket's name only; nothing listens on TCP
SOCKET_PREFIX = "crm-pg-"
LONGEST_SOCKET_BASE = 107 - len(f"/{SOCKET_PREFIX}xxxxxxxx/.s.PGSQL.{PORT}")  # sun_path of the kernel
CWD = "/proc/self/cwd"
# First the fast way; then without a checkpoint: nothing committed is lost, the next start replays the log.
STOP_ORDERS = ((signal.SIGINT, 3.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 5.0))


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server as its lock file describes it."""

    pid: int
    data: Path
    sockets: Path
    ready: bool

    def shut_down(self, child: subprocess.Popen[bytes] | None) -> None:
        """Return when the process is gone; `child` is its handle when this process started it."""
        for order, seconds in STOP_ORDERS:
            with suppress(ProcessLookupError):
                os.kill(self.pid, order)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                ours = child if child and child.pid == self.pid else None
                if ours:
                    ours.poll()  # reap it
                if not _lives_in(self.pid, self.data):
                    if ours:
                        ours.wait()  # it leaves its directory a moment before it can be reaped
                    return
                time.sleep(0.02)


def running_on(data: Path) -> Postmaster | None:
    """The live server of this data directory, or None when the lock file is absent, partial or left over."""
    pid, sockets, status = _lock_file(data)
    if not sockets:
        return None
    postmaster = Postmaster(int(pid), data, Path(sockets), status == "ready")
    return postmaster if _lives_in(postmaster.pid, data) else None


def clear_remains(data: Path, account: Account) -> None:
    """Remove what a killed server left: socket and lock file, which may name another process by now."""
    sockets = Path(_lock_file(data)[1])
    with suppress(OSError):
        if sockets.name.startswith(SOCKET_PREFIX) and sockets.stat().st_uid == account.uid:
            shutil.rmtree(sockets, ignore_errors=True)
    (data / "postmaster.pid").unlink(missing_ok=True)


def socket_directory(account: Account) -> Path:
    """A fresh private directory with a short path; a client finds it through the server's lock file."""
    for base in (tempfile.gettempdir(), "/tmp", "/run", "/dev/shm"):  # noqa: S108  mkdtemp makes it private
        if len(base) > LONGEST_SOCKET_BASE or not os.access(base, os.W_OK):
            continue
        if not account.can_reach(Path(base, "socket")):
            continue
        directory = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=base))
        if account.borrowed:
            os.chown(directory, account.uid, account.gid)
        return directory
    raise CannotStart("No directory for the database socket: TMPDIR, /tmp, /run: out of reach or too long.")


def _lock_file(data: Path) -> tuple[str, str, str]:
    """Process number, socket directory and status; empty where the server has not written them yet."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        lines = []
    padded = [line.strip() for line in lines] + [""] * 8
    return padded[0], padded[4], padded[7]


def _lives_in(pid: int, data: Path) -> bool:
    """Process numbers are reused, after a restart of a container above all: ask where the process lives.

    A dead one that its parent has not buried lives nowhere.
    """
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data)
    except OSError:
        return not Path(CWD).exists() and _alive(pid)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
