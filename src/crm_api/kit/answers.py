"""Bytes that leave: JSON by orjson, and every refusal as application/problem+json (RFC 9457)."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson
from starlette.responses import Response

from crm_api.kit import messages
from crm_api.kit.errors import Fault, Problem

_OPTIONS = orjson.OPT_UTC_Z
VARY = "Authorization, Accept-Language"  # whose answer it is, and in which language


class Partial(dict[str, Any]):
    """A record shown in part or with neighbours: its entity tag is weak, and says nothing of the neighbours."""


class Answer(NamedTuple):
    """What a handler returns when the status depends on what happened."""

    content: Any
    status: int


def json_answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer that no shared cache may keep."""
    return Response(
        orjson.dumps(content, option=_OPTIONS), status, headers=headers, media_type="application/json"
    )


def as_sent(headers: Mapping[str, str]) -> dict[bytes, bytes]:
    """Headers as they leave; those of a route are made once."""
    return {name.lower().encode(): value.encode("latin-1") for name, value in headers.items()}


def stamp(response: Response, headers: dict[bytes, bytes], caching: bytes) -> None:
    """Give an answer headers, in place of those of these names, and its caching unless it says so itself."""
    found = [pair for pair in response.raw_headers if pair[0] not in headers]
    if b"cache-control" not in dict(found):
        headers[b"cache-control"] = caching
    response.raw_headers[:] = [*found, *headers.items()]


def problem_answer(problem: Problem, *, language: str, instance: str, request_id: str) -> Response:
    """The one error shape of this API; it never repeats what the client sent."""
    content: dict[str, Any] = {
        **problem_content(problem, language),
        "instance": quote(instance, safe="/:@!$&'()*+,;=~"),
        "request_id": request_id,
    }
    answer = Response(
        orjson.dumps(content, option=_OPTIONS),
        problem.status,
        headers=dict(problem.headers),
        media_type="application/problem+json",
    )
    answer.headers["Content-Language"] = language
    answer.headers["Vary"] = VARY
    return answer


def problem_content(problem: Problem, language: str) -> dict[str, Any]:
    """What a problem says wherever it stands: in an answer of its own or as the result of one operation."""
    params = dict(problem.params)
    return {
        "type": f"/problems/{problem.code}",
        "title": messages.text(problem.code, language, params),
        "status": problem.status,
        "code": problem.code,
        "detail": messages.text(problem.code, language, params),
        "errors": [_fault(fault, language) for fault in problem.faults],
        **problem.extra,
    }


def _fault(fault: Fault, language: str) -> dict[str, Any]:
    return {
        fault.where: fault.at,
        "code": fault.code,
        "params": dict(fault.params),
        "message": messages.text(fault.code, language, dict(fault.params)),
    }
