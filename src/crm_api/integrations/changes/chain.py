"""The hash chain over the feed and the access log of a tenant: whatever is removed, altered or moved breaks it.

The digest of a row covers its envelope and the digest of its payload, so that a payload can be erased and the row still
be proved. A link is SHA-256 of the link before it and the digest.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from crm_api.kit.events import Log

GENESIS = bytes(32)
_FORM = 1
_ENVELOPE = {
    Log.EVENTS: (
        "type",
        "schema_version",
        "resource",
        "record_id",
        "version",
        "owner_id",
        "team_id",
        "actor_id",
        "request_id",
    ),
    Log.ACCESS: ("kind", "actor_id", "operation", "resource", "record_id", "count", "request_id"),
}
# What may have to be erased: what people typed, and where they were.
PAYLOAD = {Log.EVENTS: ("changes", "ip", "user_agent"), Log.ACCESS: ("details", "ip", "user_agent")}


class Link(NamedTuple):
    """What the chain keeps of one row."""

    payload_digest: bytes
    digest: bytes
    link: bytes


def payload_digest(log: Log, row: Mapping[str, Any]) -> bytes:
    """The digest of what may be erased."""
    return _sha([row[name] for name in PAYLOAD[log]])


def row_digest(log: Log, number: int, row: Mapping[str, Any], payload: bytes) -> bytes:
    """The digest of a row at its place, given that of its payload."""
    envelope = [row[name] for name in _ENVELOPE[log]]
    return _sha(
        [_FORM, log.value, row["tenant_id"], number, row["id"], row["created_at"], *envelope, payload.hex()]
    )


def link(before: bytes, digest: bytes) -> bytes:
    """The link of a row after the link before it."""
    return hashlib.sha256(before + digest).digest()


def forge(log: Log, number: int, row: Mapping[str, Any], before: bytes) -> Link:
    """The next link of a chain."""
    payload = payload_digest(log, row)
    digest = row_digest(log, number, row, payload)
    return Link(payload, digest, link(before, digest))


def _sha(values: list[Any]) -> bytes:
    text = orjson.dumps(values, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
    return hashlib.sha256(text).digest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
