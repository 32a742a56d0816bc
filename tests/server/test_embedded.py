"""The embedded PostgreSQL through every way in which a run can begin and end."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from crm_api.server.binaries import Account
from crm_api.server.embedded import SUPERUSER, EmbeddedServer
from crm_api.server.postmaster import LONGEST_SOCKET_BASE, running_on, socket_directory
from crm_api.server.secrets import stored_secrets
from crm_api.settings import CannotStart

HOLD = """
import sys
from pathlib import Path
from crm_api.server.embedded import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1]), options={"fsync": "off"}):
    print("up", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "crm"
    if left := running_on(tmp_path / "crm" / "postgres"):
        left.shut_down(None)


def server(home: Path) -> EmbeddedServer:
    return EmbeddedServer(home, options={"fsync": "off", "shared_buffers": "16MB"})


def query(running: EmbeddedServer, sql: str) -> str:
    async def ask() -> str:
        connection = await asyncpg.connect(running.dsn(SUPERUSER, "postgres"))
        try:
            return str(await connection.fetchval(sql))
        finally:
            await connection.close()

    return asyncio.run(ask())


def holder(home: Path) -> "subprocess.Popen[str]":
    """A process that uses the server until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "up\n"
    return process


def killed_run(home: Path) -> int:
    """A run that started the server and was killed; the number of the server it left behind."""
    process = holder(home)
    process.kill()
    process.communicate()
    left = running_on(home / "postgres")
    assert left
    return left.pid


def test_data_is_kept_and_nothing_else_is_left(home: Path) -> None:
    with server(home) as first:
        query(first, "CREATE TABLE kept AS SELECT 7 AS n")
        postmaster = running_on(home / "postgres")
        assert postmaster
        sockets = postmaster.sockets
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert running_on(home / "postgres") is None
    assert not sockets.exists()
    with server(home) as second:
        assert query(second, "SELECT n FROM kept") == "7"


def test_listens_on_no_network_address_and_sorts_by_its_own_rules(home: Path) -> None:
    with server(home) as running:
        assert query(running, "SHOW listen_addresses") == ""
        assert query(running, "SHOW server_encoding") == "UTF8"
        assert query(running, "SELECT datlocale FROM pg_database WHERE datname = 'template0'") == "C.UTF-8"
        assert query(running, "SELECT lower('ÄÉ')") == "äé"
    assert (home / "postgres.version").read_text().startswith("18.")


def test_admits_by_the_callers_account_only(home: Path) -> None:
    with server(home):
        assert (home / "postgres" / "pg_hba.conf").read_text() == "local all all peer map=crm\n"


def test_a_server_left_by_a_killed_run_is_taken_over_and_stopped(home: Path) -> None:
    left = killed_run(home)
    with server(home) as running:
        postmaster = running_on(home / "postgres")
        assert postmaster
        assert postmaster.pid == left
        assert query(running, "SELECT 1") == "1"
    assert running_on(home / "postgres") is None


def test_a_killed_server_recovers(home: Path) -> None:
    with server(home) as running:
        query(running, "CREATE TABLE kept AS SELECT 7 AS n")
    left = killed_run(home)
    os.kill(left, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while running_on(home / "postgres") and time.monotonic() < deadline:
        time.sleep(0.02)
    with server(home) as running:
        assert query(running, "SELECT n FROM kept") == "7"


def test_a_lock_file_that_names_a_stranger_is_not_believed(home: Path) -> None:
    with server(home):
        pass
    lock = home / "postgres" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{home / 'postgres'}\n0\n5432\n/nowhere\n\n\nready\n")
    with server(home) as running:
        assert query(running, "SELECT 1") == "1"


def test_the_last_of_several_users_stops_it(home: Path) -> None:
    first = holder(home)
    with server(home) as second:
        first.communicate("stop")
        assert first.returncode == 0
        assert query(second, "SELECT 1") == "1"
    assert running_on(home / "postgres") is None


def test_data_of_another_major_version_are_refused_by_name(home: Path) -> None:
    with server(home):
        pass
    (home / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(CannotStart, match="written by PostgreSQL 17; this installation has 18"):
        server(home).start()


def test_half_made_data_are_made_anew(home: Path) -> None:
    (home / "postgres.new" / "base").mkdir(parents=True)
    with server(home) as running:
        assert query(running, "SELECT 1") == "1"


def test_a_temporary_directory_with_a_long_name_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * LONGEST_SOCKET_BASE)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    directory = socket_directory(Account.current())
    try:
        assert long not in directory.parents
        assert len(str(directory / ".s.PGSQL.5432")) <= 107
    finally:
        directory.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_root_opens_no_directory_for_it(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with server(closed / "crm") as running:
        assert query(running, "SELECT 1") == "1"
        postmaster = running_on(closed / "crm" / "postgres")
        assert postmaster
        assert Path(f"/proc/{postmaster.pid}").stat().st_uid == Account.current().uid != 0
    assert [stat.S_IMODE(path.stat().st_mode) for path in (closed, closed / "crm")] == [0o700, 0o700]


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    first = stored_secrets(tmp_path)
    assert stored_secrets(tmp_path) == first
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert {path.name for path in tmp_path.iterdir()} == {
        *("jwt.pem", "cursor.key", "pepper.key", "field.key")
    }
