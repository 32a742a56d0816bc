"""What operators see: JSON log lines on stdout and Prometheus metrics, without anything a person typed."""

import json
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import orjson
import structlog
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from structlog.typing import EventDict, WrappedLogger

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SERVER_ERROR: Final = 500
_CHAINED_EXCEPTIONS: Final = 5
_FRAMES: Final = 20
_timestamp: Final = structlog.processors.TimeStamper(fmt="iso", utc=True)
_line: Final[dict[str, Any]] = {"log": structlog.get_logger()}

_requests: Final = Counter("crm_http_requests_total", "Requests answered.", ["method", "route", "status"])
_durations: Final = Histogram(
    "crm_http_request_duration_seconds",
    "Time from reading a request to its answer.",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def configure_logging(level: str) -> None:
    """Send every log line of the process from `level` up, the server's own included, to stdout as JSON.

    Exceptions are logged by type and place, never by message: driver and validation errors quote values.
    Start uvicorn with `log_config=None`, or it puts its own handlers back.
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[structlog.processors.add_log_level, _timestamp, _add_exception, _render],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=_Stdout,
        cache_logger_on_first_use=False,
    )
    # bound once: binding costs more than writing the line
    _line["log"] = structlog.get_logger().bind()
    logging.basicConfig(level=threshold, handlers=[_JsonHandler()], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        # `log_request` replaces the access log, which would hold the query string.
        logger.propagate = name != "uvicorn.access"
    for name in ("httpx", "httpcore"):
        # Their INFO lines hold whole URLs.
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))


def log_request(
    *,
    request_id: str,
    tenant: str | None,
    user: str | None,
    method: str,
    route: str | None,
    status: int,
    seconds: float,
) -> None:
    """One line for one answered request. `route` is the template, never the path; 5xx are errors."""
    log = _line["log"]
    write = log.error if status >= _SERVER_ERROR else log.info
    write(
        "request",
        request_id=request_id,
        tenant=tenant,
        user=user,
        method=_known(method),
        route=route,
        status=status,
        duration_ms=round(seconds * 1000, 2),
    )


def record_request(method: str, route_template: str | None, status: int, seconds: float) -> None:
    """Count one answered request and its duration. `None` stands for a path that no route matched."""
    requests, durations = _series(_known(method), route_template or "unmatched", status)
    requests.inc()
    durations.observe(seconds)


def metrics_text() -> tuple[bytes, str]:
    """The metrics and their content type; of all workers when PROMETHEUS_MULTIPROC_DIR was set at start."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST


def _known(method: str) -> str:
    """A client may invent methods without end; a label may not."""
    return method if method in _METHODS else "OTHER"


@lru_cache(maxsize=4096)
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return _requests.labels(method, route, str(status)), _durations.labels(method, route)


class _Stdout:
    """Writes to whatever stdout is at the moment: one that was captured may be closed by now."""

    def __init__(self, *_: Any) -> None:
        pass

    def msg(self, line: bytes) -> None:
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()

    debug = info = warning = error = critical = msg


class _JsonHandler(logging.Handler):
    """Lines of libraries in the same form as our own."""

    def emit(self, record: logging.LogRecord) -> None:
        # What follows the first line is the repr of objects: asyncio puts the lost exception there.
        event: EventDict = {
            "event": record.getMessage().partition("\n")[0],
            "level": record.levelname.lower(),
        }
        if record.exc_info:
            event["exc_info"] = record.exc_info
        _add_exception(None, "", _timestamp(None, "", event))
        _Stdout().msg(_render(None, "", {"logger": record.name, **event}))


def _render(_logger: WrappedLogger, _method: str, event: EventDict) -> bytes:
    try:
        return orjson.dumps(event, default=str)
    except TypeError:
        # Lone surrogates, which only the escaped form can carry.
        return json.dumps(event, default=str).encode()


def _add_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    found = event.pop("exc_info", None)
    error = (
        found[1]
        if isinstance(found, tuple)
        else found
        if isinstance(found, BaseException)
        else sys.exception()
    )
    if found and error:
        event["exception"] = [
            place_of(link) for link, _ in zip(_chain(error), range(_CHAINED_EXCEPTIONS), strict=False)
        ]
    return event


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def place_of(error: BaseException) -> dict[str, Any]:
    """The type of an error and where it happened, never what it says."""
    frames = traceback.extract_tb(error.__traceback__, limit=-_FRAMES)
    kind = type(error)
    return {
        "type": f"{kind.__module__}.{kind.__qualname__}",
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
