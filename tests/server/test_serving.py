"""`crm-api serve` as an operator sees it: one command up, one signal down."""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from crm_api.server.postmaster import running_on

Command = Callable[..., "subprocess.Popen[str]"]

SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(process: "subprocess.Popen[str]", port: int) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended: {process.communicate()[1]}")
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail("the server did not become ready")


def wait_until_refused(port: int) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.1)
    pytest.fail("the server still takes clients")


def half_a_request(port: int) -> socket.socket:
    """A login whose body has not been sent yet."""
    client = socket.create_connection(("127.0.0.1", port), timeout=10)
    client.sendall(
        b"POST /api/v1/auth/login HTTP/1.1\r\nHost: crm\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"
    )
    return client


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_drains_the_server(command: Command, tmp_path: Path, workers: str) -> None:
    port = free_port()
    process = command("serve", "--port", str(port), "--workers", workers)
    wait_until_ready(process, port)
    with half_a_request(port) as under_way:
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        wait_until_refused(port)
        under_way.sendall(b"{}")
        assert re.match(rb"HTTP/1.1 4\d\d ", under_way.recv(4096))
    said = process.communicate(timeout=20)[1]
    assert process.returncode == 0
    assert f"http://127.0.0.1:{port}/docs" in said
    assert len(re.findall(r"^Password: \S{24} ", said, re.MULTILINE)) == 1
    assert running_on(tmp_path / "data" / "postgres") is None


def test_it_takes_clients_as_soon_as_it_says_so(command: Command) -> None:
    port = free_port()
    server = command("serve", "--port", str(port))
    assert server.stderr is not None
    assert any(line.startswith("API ") for line in server.stderr)
    assert httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=SECONDS).status_code == httpx.codes.OK
    second = command("serve", "--port", str(port))
    said = "".join(second.communicate(timeout=SECONDS))
    assert second.returncode != 0
    assert ("API " in said, "Address already in use" in said) == (False, True), said


def test_tenants_are_made_while_the_server_runs_and_before(command: Command) -> None:
    def create(name: str) -> tuple[int, str, str]:
        process = command(
            "tenant",
            "create",
            name,
            "--email",
            f"boss@{name.lower()}.example.com",
            "--password",
            "a-Long-passphrase-42",
        )
        out, err = process.communicate(timeout=SECONDS)
        return process.returncode, out, err

    code, out, err = create("Before")
    assert (code, bool(out.strip())) == (0, True), err
    port = free_port()
    server = command("serve", "--port", str(port))
    wait_until_ready(server, port)
    code, out, err = create("During")
    assert (code, bool(out.strip())) == (0, True), err
    assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == httpx.codes.OK
    assert command("doctor").wait(SECONDS) == 0


def test_an_outside_database_without_keys_is_refused(command: Command) -> None:
    process = command("serve", CRM_DATABASE_URL="postgresql://crm_app@127.0.0.1:1/crm")
    said = process.communicate(timeout=SECONDS)[1]
    assert process.returncode == 1
    assert "CRM_JWT_KEY" in said


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [(["serve", "--port", "x"], {}), (["nonsense"], {}), (["doctor"], {"CRM_POOL_SIZE": "many"})],
)
def test_wrong_usage_ends_with_2(command: Command, arguments: list[str], settings: dict[str, str]) -> None:
    assert command(*arguments, **settings).wait(SECONDS) == 2
