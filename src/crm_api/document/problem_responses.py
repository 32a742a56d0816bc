"""How problems (RFC 9457) are described in the OpenAPI document: one schema, one response for each status."""

from typing import Any

import orjson

from crm_api.document.headers import problem_headers
from crm_api.kit.answers import problem_answer
from crm_api.kit.errors import Fault, Invalid, Problem
from crm_api.kit.requests import BODY_LIMIT

MEDIA_TYPE = "application/problem+json"
# What the messages of the default codes are filled with in examples.
_PARAMS: dict[str, Any] = {"limit": BODY_LIMIT, "expected": "application/json"}
_FAULTS = {
    400: [Fault("parameter", "limit", "invalid_value", {"expected": "a whole number"})],
    422: [Fault("pointer", "/name", "required")],
}


def _example(kind: type[Problem]) -> dict[str, Any]:
    problem = kind(faults=_FAULTS.get(kind.status, ()), **_PARAMS)
    answer = problem_answer(
        problem,
        language="en",
        instance="/api/v1/customers",
        request_id="0199f3a2-7c1e-7b64-9d0a-5e2c4b8f6a10",
    )
    example: dict[str, Any] = orjson.loads(answer.body)
    return example


_FAULT: dict[str, Any] = {
    "type": "object",
    "title": "Fault",
    "description": "One wrong place in the input: in the body, a query parameter or a header.",
    "required": ["code", "params", "message"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON Pointer (RFC 6901) into the body."},
        "parameter": {"type": "string", "description": "Name of the query parameter."},
        "header": {"type": "string", "description": "Name of the header."},
        "code": {"type": "string", "description": "Stable code of the fault, for programs."},
        "params": {
            "type": "object",
            "additionalProperties": True,
            "description": "What the message was filled with, such as a limit; never what the client sent.",
        },
        "message": {"type": "string", "description": "What to correct, in the language of the answer."},
    },
    "examples": [
        {"pointer": "/name", "code": "required", "params": {}, "message": "This field is required."},
    ],
}


_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "Why a request failed (RFC 9457). Programs switch on `code`, people read `detail`.",
    "required": ["type", "title", "status", "code", "detail", "instance", "request_id", "errors"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Identifies the kind of problem.",
        },
        "title": {"type": "string", "description": "The kind of problem in words, by Accept-Language."},
        "status": {"type": "integer", "description": "The HTTP status of the answer."},
        "detail": {"type": "string", "description": "What happened this time, by Accept-Language."},
        "instance": {
            "type": "string",
            "format": "uri-reference",
            "description": "The path that was asked.",
        },
        "code": {"type": "string", "description": "Stable code of the problem, for programs."},
        "request_id": {
            "type": "string",
            "description": "Id of this request; quote it when asking for support.",
        },
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Fault"},
            "description": "Every wrong place in the input; empty when the fault is not in one place.",
        },
    },
    "examples": [_example(Invalid)],
}


def problem_schemas() -> dict[str, Any]:
    """The components `Problem` and `Fault`."""
    return {"Problem": _PROBLEM, "Fault": _FAULT}


def problem_response(status: int) -> dict[str, Any]:
    """The answer of one status, with an example; ValueError for a status that no kind of problem has."""
    kinds: list[type[Problem]] = [Problem, *Problem.__subclasses__()]
    kind = next((kind for kind in kinds if kind.status == status), None)
    if kind is None:
        raise ValueError(f"no kind of problem answers {status}")
    example = _example(kind)
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": example["title"],
        "headers": problem_headers(status),
        "content": {MEDIA_TYPE: {"schema": schema, "example": example}},
    }
