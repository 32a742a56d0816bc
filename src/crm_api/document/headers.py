"""The headers that many operations share, described once: components that operations refer to."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit.registries import RESOURCES

_ENTITY_TAGS = r'^(\*|(W/)?"[\x21\x23-\x7E]*"( ?, ?(W/)?"[\x21\x23-\x7E]*")*)$'
_REQUEST_HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "Accept-Language": (
        "Language of the texts for people, such as those of problems: `en` or `zh`.",
        {"type": "string", "maxLength": 200, "examples": ["zh-CN, en;q=0.5"]},
    ),
    "X-Request-Id": (
        "An id of your own for this request; one is made when it is absent or of another form.",
        {"type": "string", "maxLength": 128, "examples": ["checkout-4711"]},
    ),
    "Idempotency-Key": (
        "Makes the request safe to repeat: for 7 days the same key and request have one effect and equal answers.",
        {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": r"^[\x21-\x7E]+$",
            "examples": ["order-4711-1"],
        },
    ),
    "Prefer": (
        "`dry-run` answers what would happen and writes nothing; not with an Idempotency-Key.",
        {"type": "string", "maxLength": 100, "examples": ["dry-run"]},
    ),
    "If-Match": (
        "Write only if the record still has the version of this `ETag`; otherwise 412 with its present state.",
        {"type": "string", "maxLength": 1000, "pattern": _ENTITY_TAGS, "examples": ['"v12"', "*"]},
    ),
    "If-None-Match": (
        "Answer 304 without a body if the record still has this `ETag`.",
        {"type": "string", "maxLength": 1000, "examples": ['"v12"']},
    ),
}
_DEMANDED = (
    "The `ETag` of the record as you read it, or `*` for whatever it has become. Without it 428; if the record has "
    "another version, 412 with its present state."
)
_MERGE = (
    "`dry-run` answers what would happen and writes nothing; not with an Idempotency-Key. `merge`, with `If-Match`, "
    "accepts an older version when others have changed other fields."
)
_RESPONSE_HEADERS: dict[str, tuple[str, Any]] = {
    "X-Request-Id": (
        "Id of this request; quote it when asking for support.",
        "0199f3a2-7c1e-7b64-9d0a-5e2c4b8f6a10",
    ),
    "RateLimit-Policy": (
        "The budgets that this request counted for: `q` requests in `w` seconds. Absent when limits are switched off.",
        '"user";q=12000;w=60, "tenant";q=60000;w=60',
    ),
    "RateLimit": (
        "What is left of them: `r` requests for the next `t` seconds.",
        '"user";r=11999;t=42, "tenant";r=59990;t=17',
    ),
    "Retry-After": ("Seconds to wait before the request is repeated.", 42),
    "Content-Language": ("Language of the texts: `en` or `zh`.", "en"),
    "WWW-Authenticate": ("How to authenticate.", "Bearer"),
    "ETag": ('Version of the record; weak (`W/"v12"`) when you see less than is stored.', '"v12"'),
    "Location": ("Path of the new record.", "/api/v1/customers/01930b2e-6f00-7000-8000-000000000001"),
    "Idempotency-Replayed": (
        "`true` when this is the stored answer to an earlier request with the same key.",
        "true",
    ),
    "Preference-Applied": ("`dry-run` when nothing was written.", "dry-run"),
    "Deprecation": ("Since when the operation is deprecated (RFC 9745).", "@1798761600"),
    "Sunset": ("When it stops answering (RFC 8594).", "Sat, 01 Jul 2028 00:00:00 GMT"),
}
_COMMON = ("X-Request-Id", "RateLimit-Policy", "RateLimit")
_OF_STATUS = {
    401: ("WWW-Authenticate",),
    412: ("ETag",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}


def header_components() -> dict[str, dict[str, Any]]:
    """`components.headers` and `components.parameters`."""
    parameters = {name: _parameter(name, *told) for name, told in _REQUEST_HEADERS.items()}
    parameters["If-Match-Demanded"] = {
        **_parameter("If-Match", _DEMANDED, _REQUEST_HEADERS["If-Match"][1]),
        "required": True,
    }
    parameters["Prefer-Merge"] = _parameter("Prefer", _MERGE, _REQUEST_HEADERS["Prefer"][1])
    headers = {
        name: {
            "description": description,
            "schema": {"type": "integer" if isinstance(example, int) else "string", "examples": [example]},
        }
        for name, (description, example) in _RESPONSE_HEADERS.items()
    }
    return {"parameters": parameters, "headers": headers}


def problem_headers(status: int) -> dict[str, Any]:
    """The headers of a problem."""
    return _refer(*_COMMON, "Content-Language", *_OF_STATUS.get(status, ()))


def describe_headers(operation: dict[str, Any], method: str, route: Any, schemas: Mapping[str, Any]) -> None:
    """Add what the operation takes and what its answers carry, as far as the route says so."""
    answers = operation["responses"]
    record = any(_is_record(answers.get(status, {}), schemas) for status in ("200", "201"))
    repeatable = getattr(route, "repeatable", False)
    named = getattr(route, "record", None) is not None
    operation.setdefault("parameters", []).extend(
        {"$ref": f"#/components/parameters/{name}"}
        for name in _taken(
            method, named=named, record=record, repeatable=repeatable, guarded=_is_guarded(route)
        )
    )
    if repeatable and "200" not in answers:
        _describe_dry_run(answers)
    for status, answer in answers.items():
        if status.startswith("2"):
            carried = [*_COMMON, *_carried(status, record, repeatable, getattr(route, "retiring", {}))]
            answer["headers"] = {**_refer(*carried), **answer.get("headers", {})}
    if record and method == "GET":
        answers["304"] = {
            "description": "The record still has the version of `If-None-Match`.",
            "headers": _refer(*_COMMON, "ETag"),
        }


def _describe_dry_run(answers: dict[str, Any]) -> None:
    """What is created is 201 when it is, and 200 when it only would be."""
    for status in ("201", "202"):
        if status in answers:
            what = "With `Prefer: dry-run`: what would be answered; nothing was written."
            answers["200"] = {**answers[status], "description": what}


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": dict(schema),
    }


def _refer(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _is_guarded(route: Any) -> bool:
    resource = RESOURCES.get(str(getattr(route, "permission", None)).partition(":")[0])
    return resource is not None and resource.guarded


def _taken(method: str, *, named: bool, record: bool, repeatable: bool, guarded: bool) -> list[str]:
    names = ["Accept-Language", "X-Request-Id"]
    if method == "GET":
        return [*names, "If-None-Match"] if record else names
    if repeatable:
        names += ["Idempotency-Key", "Prefer-Merge" if method == "PATCH" else "Prefer"]
    return [*names, "If-Match-Demanded" if guarded else "If-Match"] if named else names


def _carried(status: str, record: bool, repeatable: bool, retiring: Mapping[str, str]) -> list[str]:
    names = ["ETag"] if record and status != "204" else []
    if status == "201" and record:
        names.append("Location")
    if repeatable:
        names += ["Idempotency-Replayed", "Preference-Applied"]
    return names + [name for name in ("Deprecation", "Sunset") if name in retiring]


def _is_record(answer: Mapping[str, Any], schemas: Mapping[str, Any]) -> bool:
    """Whether the answer is one record with a version."""
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    properties: Mapping[str, Any] = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], {}).get(
        "properties", {}
    )
    return "id" in properties and "version" in properties
