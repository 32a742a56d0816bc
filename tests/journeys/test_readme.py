"""The README, typed by a newcomer: every command, in its order, in one shell, against `crm-api serve --demo`."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
# what installs, generates or serves is not typed here
NOT_TYPED = re.compile(r"^(pip|npx|uv|uvx|export|docker) .*\n", re.MULTILINE)
CREDENTIALS = {"CRM_BOOTSTRAP_EMAIL": "admin@example.com", "CRM_BOOTSTRAP_PASSWORD": "correct horse battery"}
# every answer leaves its status, whoever swallows the body
WATCHED = """
curl() { command curl --no-progress-meter -w '%{stderr}%{http_code} %{method} %{url_effective}\\n' "$@" 2>>asked || echo exit $? >>asked; }
"""
# what the README shows being refused
REFUSED = [("412", "PATCH", "customers"), ("409", "POST", "opportunities")]


def commands(text: str, port: int) -> str:
    """What the blocks of a README make a newcomer type."""
    typed = "\n".join(NOT_TYPED.sub("", block) for block in BLOCK.findall(text))
    return WATCHED + typed.replace("127.0.0.1:8000", f"127.0.0.1:{port}").replace(
        "--max-time 5", "--max-time 1"
    )


def refusals(asked: str) -> list[tuple[str, str, str]]:
    """Status, method and resource of what was not answered as wished, and how curl ended when it could not ask."""
    found = []
    for line in asked.splitlines():
        status, method, url = [*line.split(" ", 2), "", ""][:3]
        # a stream is listened to for some time
        if not re.fullmatch("[23]..", status) and "timed out" not in line and line != "exit 28":
            found.append((status, method, url.partition("/api/v1/")[2].partition("/")[0]))
    return found


def type_in(text: str, port: int, folder: Path) -> tuple[str, list[tuple[str, str, str]]]:
    """What is shown, and what was refused."""
    done = subprocess.run(
        ["bash", "-c", commands(text, port)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout + done.stderr, refusals((folder / "asked").read_text("utf-8"))


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where the demo company is served, as the README has it served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    folder = tmp_path_factory.mktemp("newcomer")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from crm_api.cli import main; main()",
                "serve",
                "--demo",
                "--port",
                str(free),
            ],
            env={**inherited, **CREDENTIALS, "CRM_DATA_DIR": str(folder / "data")},
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 400
        while not _ready(free):
            assert process.poll() is None, (folder / "log").read_text("utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield free
    finally:
        process.terminate()
        process.wait(timeout=20)


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@pytest.mark.skipif(not (shutil.which("jq") and shutil.which("curl")), reason="needs curl and jq")
def test_every_command_of_the_readme_works_as_typed(port: int, tmp_path: Path) -> None:
    shown, refused = type_in(README.read_text("utf-8"), port, tmp_path)
    assert refused == REFUSED, shown
    assert [line for line in shown.splitlines() if line == "null" or "jq: error" in line] == []
    assert (tmp_path / "quote.pdf").read_bytes().startswith(b"%PDF")
    # a command that does not work is told
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    text = '```sh\nAPI=http://127.0.0.1:8000/api/v1\ncurl -s $API/customers\ncurl -s "$API/tasks?due_at[lt]=now"\n```\n'
    assert [found[0] for found in type_in(text, port, wrong)[1]] == ["401", "exit"]
