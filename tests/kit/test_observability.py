"""The log is JSON, line by line, and holds no secret whatever fails; the metrics count each request once."""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
import uvicorn
from prometheus_client import REGISTRY

from crm_api.kit.observability import configure_logging, log_request, metrics_text, record_request

PLANTED = "mary.planted@example.com"
REQUEST: dict[str, Any] = {
    "request_id": "0199-r",
    "tenant": "0199-t",
    "user": "0199-u",
    "method": "GET",
    "route": "/api/v1/customers/{id}",
    "status": 200,
    "seconds": 0.01234,
}


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi", "uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.NOTSET)
        logging.getLogger(name).propagate = True
    structlog.reset_defaults()


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    out, err = capfd.readouterr()
    assert err == ""
    return [json.loads(line) for line in out.splitlines()]


def test_a_request_is_one_line_with_exactly_these_fields(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    log_request(**REQUEST)
    (line,) = lines(capfd)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": "0199-r",
        "tenant": "0199-t",
        "user": "0199-u",
        "method": "GET",
        "route": "/api/v1/customers/{id}",
        "status": 200,
        "duration_ms": 12.34,
    }


def test_a_failure_is_an_error_and_an_invented_method_is_not_repeated(
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure_logging("warning")
    log_request(**REQUEST)
    log_request(**REQUEST | {"status": 503, "method": PLANTED, "tenant": None, "user": None, "route": None})
    (line,) = lines(capfd)
    assert (line["level"], line["method"], line["route"]) == ("error", "OTHER", None)


def fail() -> None:
    try:
        raise LookupError(PLANTED)  # noqa: TRY301  a chain of two is the point
    except LookupError as error:
        raise ValueError(f"Key (email)=({PLANTED}) exists") from error


def test_exceptions_are_told_by_type_and_place_only(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    try:
        fail()
    except ValueError as error:
        structlog.get_logger().exception("failed")
        structlog.get_logger().error("failed", exc_info=error)
        logging.getLogger("library").exception("failed")
    told = lines(capfd)
    assert PLANTED not in json.dumps(told)
    assert len(told) == 3
    for line in told:
        assert line["level"] == "error"
        assert [link["type"] for link in line["exception"]] == ["builtins.ValueError", "builtins.LookupError"]
        assert line["exception"][0]["at"][-1].endswith(" fail")
    assert told[2]["logger"] == "library"


def test_a_chain_that_bites_its_tail_ends(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    one, two = ValueError(), KeyError()
    one.__cause__, two.__cause__ = two, one
    structlog.get_logger().error("failed", exc_info=one)
    assert len(lines(capfd)[0]["exception"]) == 5


async def test_an_exception_nobody_awaited_keeps_its_words_to_itself(
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info")
    context = {
        "message": "Task exception was never retrieved",
        "exception": ValueError(PLANTED),
        "future": PLANTED,
    }
    asyncio.get_running_loop().call_exception_handler(context)
    (line,) = lines(capfd)
    assert line["event"] == "Task exception was never retrieved"
    assert line["exception"][0]["type"] == "builtins.ValueError"
    assert PLANTED not in json.dumps(line)


def test_any_text_can_be_logged_in_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("debug")
    structlog.get_logger().debug("odd", value="\ud800", other=Path("x"))
    logging.getLogger("library").warning("two\nlines %s", "客户")
    odd, plain = lines(capfd)
    assert (odd["value"], odd["other"]) == ("\ud800", "x")
    assert plain["event"] == "two"


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(KeyError):
        configure_logging("loud")


async def crashing(scope: dict[str, Any], _receive: Any, _send: Any) -> None:
    if scope["type"] == "http":
        raise ValueError(PLANTED)


async def test_the_server_speaks_json_and_never_repeats_a_query(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    server = uvicorn.Server(uvicorn.Config(crashing, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  the server has no event for it
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/customers?q={PLANTED}")
    server.should_exit = True
    await serving
    assert answer.status_code == 500
    told = lines(capfd)
    assert PLANTED not in json.dumps(told)
    assert "Exception in ASGI application" in [line["event"] for line in told]
    assert {line.get("logger") for line in told} == {"uvicorn.error"}


def test_requests_are_counted_and_timed_by_route() -> None:
    def value(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, labels) or 0.0

    for _ in range(3):
        record_request("GET", "/api/v1/x/{id}", 200, 0.004)
    record_request("GET", "/api/v1/x/{id}", 404, 0.2)
    record_request("BREW", None, 405, 0.001)
    duration = "crm_http_request_duration_seconds"
    assert value("crm_http_requests_total", method="GET", route="/api/v1/x/{id}", status="200") == 3
    assert value("crm_http_requests_total", method="GET", route="/api/v1/x/{id}", status="404") == 1
    assert value("crm_http_requests_total", method="OTHER", route="unmatched", status="405") == 1
    assert value(f"{duration}_count", method="GET", route="/api/v1/x/{id}") == 4
    assert value(f"{duration}_bucket", method="GET", route="/api/v1/x/{id}", le="0.005") == 3
    assert value(f"{duration}_sum", method="GET", route="/api/v1/x/{id}") == pytest.approx(0.212)
    body, content_type = metrics_text()
    assert b'crm_http_requests_total{method="OTHER",route="unmatched",status="405"} 1.0' in body
    assert content_type.startswith("text/plain")


WORKER = """
import sys
from crm_api.kit.observability import metrics_text, record_request
for _ in range(int(sys.argv[1])):
    record_request("GET", "/x", 200, 0.001)
sys.stdout.buffer.write(metrics_text()[0])
"""


def test_one_worker_tells_the_figures_of_all(tmp_path: Path) -> None:
    def worker(requests: int) -> str:
        environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
        command = [sys.executable, "-c", WORKER, str(requests)]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    assert 'crm_http_requests_total{method="GET",route="/x",status="200"} 2.0' in worker(2)
    assert 'crm_http_requests_total{method="GET",route="/x",status="200"} 5.0' in worker(3)
    assert 'crm_http_request_duration_seconds_count{method="GET",route="/x"} 6.0' in worker(1)
