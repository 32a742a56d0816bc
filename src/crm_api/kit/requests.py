"""Reading a request: where it comes from; its query and its body, once and strictly: its size, its type, its JSON."""

import ipaddress
import json
import re
from collections import Counter
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from crm_api.kit.errors import (
    BadRequest,
    Fault,
    Invalid,
    TooLarge,
    Unauthenticated,
    UnsupportedMediaType,
    bad_parameter,
)
from crm_api.kit.i18n import negotiate
from crm_api.kit.uow import Origin

BODY_LIMIT, AGENT_LIMIT, LONGEST_ADDRESS = 1_000_000, 300, 45
_ESCAPED = re.compile(rb"\\u(0000|[dD][89a-fA-F])")


def header(request: Request, name: bytes) -> str:
    """A header, empty if it was not sent; the framework's own mapping encodes the name again for every look-up."""
    for key, value in request.scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""


def language_of(request: Request) -> str:
    """The language of its answer."""
    return negotiate(header(request, b"accept-language"))


def bearer(request: Request) -> str:
    """The credential of an Authorization header."""
    scheme, _, token = header(request, b"authorization").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    return token


def origin_of(request: Request, request_id: str, trusted_proxies: int) -> Origin:
    """Who asks from where. Each of the trusted hops has added the address it saw; what is before them is hearsay."""
    client = request.scope.get("client")
    asked_from = client[0] if client else ""
    if trusted_proxies:
        told = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        hops = [*(hop.strip() for hop in told if hop.strip()), asked_from]
        asked_from = hops[-1 - min(trusted_proxies, len(hops) - 1)]
    agent = header(request, b"user-agent")[:AGENT_LIMIT].replace("\x00", "")
    language = language_of(request)
    return Origin(request_id, _address(asked_from[: LONGEST_ADDRESS + 1]), agent or None, language)


@lru_cache(maxsize=4096)  # the same clients ask again and again
def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def strict_query(query: bytes) -> dict[str, list[str]]:
    """Parameters by name; a query that is not UTF-8 or holds NUL is refused, nothing is guessed."""
    if not query:
        return {}
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=300)
    except ValueError as error:
        raise BadRequest("invalid_parameter") from error
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        if "\x00" in text or "\x00" in name:
            raise bad_parameter(name.replace("\x00", ""), "invalid_character")
        found.setdefault(name, []).append(text)
    return found


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body, at most `limit` bytes of it."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit():
        raise BadRequest
    if int(declared) > limit:
        raise TooLarge(limit=limit)
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise TooLarge(limit=limit)
            parts.append(part)
    except ClientDisconnect as error:
        raise BadRequest from error
    return b"".join(parts)


def read_json(body: bytes, content_type: str) -> Any:
    """The JSON of a body; nothing is guessed: not its type, not its encoding, not which of two equal keys counts.

    No body at all is None, so that the schema says what it misses.
    """
    if not body:
        return None
    media = content_type.partition(";")[0].strip().lower()
    if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
        raise UnsupportedMediaType(expected="application/json")
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse)
        bad = unstorable(value, "") if _ESCAPED.search(body) or b"\x00" in body else []
    except (ValueError, RecursionError) as error:
        raise BadRequest("invalid_json") from error
    if bad:
        raise Invalid(faults=[Fault("pointer", pointer, "invalid_character") for pointer in bad])
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise BadRequest("duplicate_key", faults=[Fault("pointer", f"/{escaped(twice)}", "duplicate_key")])
    return found


def _refuse(_: str) -> NoReturn:
    raise ValueError


def unstorable(value: Any, pointer: str) -> list[str]:
    """Where text holds NUL or a lone surrogate, which PostgreSQL cannot store and UTF-8 cannot write."""
    if isinstance(value, str):
        return [pointer] if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value) else []
    if isinstance(value, list):
        return [found for i, item in enumerate(value) for found in unstorable(item, f"{pointer}/{i}")]
    if isinstance(value, dict):
        bad_keys = [f"{pointer}/" for key in value if unstorable(key, "/")]
        return bad_keys + [
            found
            for key, item in value.items()
            if not unstorable(key, "/")
            for found in unstorable(item, f"{pointer}/{escaped(key)}")
        ]
    return []


def escaped(name: str) -> str:
    """A name as a token of a JSON Pointer (RFC 6901), safe to write as UTF-8."""
    return name.replace("~", "~0").replace("/", "~1").encode("utf-8", "replace").decode()
