"""Opaque places in a sorted list, encrypted and bound to tenant, resource, filter and sort."""

import base64
import os
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crm_api.kit.errors import BadRequest, Fault

_NONCE = 12


class Place(NamedTuple):
    """The sort values of a row, its id last, and whether the walk goes back from it.

    `began` is the moment (ISO 8601) of the walk's first page, where relative dates stand still.
    """

    back: bool
    values: list[Any]
    began: str | None = None


class Cursors:
    """Writes and reads cursors under one key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def write(self, place: Place, bound_to: bytes) -> str:
        """The cursor of a place in the list that `bound_to` identifies."""
        nonce = os.urandom(_NONCE)
        plain = orjson.dumps([place.back, [_plain(value) for value in place.values], place.began])
        return (
            base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, plain, bound_to))
            .decode()
            .rstrip("=")
        )

    def read(self, cursor: str, bound_to: bytes, *, parameter: str = "cursor") -> Place:
        """The place a cursor stands for; one that is broken or belongs elsewhere is a BadRequest."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            back, values, began = orjson.loads(self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], bound_to))
        except (ValueError, InvalidTag) as error:
            raise BadRequest(
                "invalid_cursor", faults=[Fault("parameter", parameter, "invalid_cursor")]
            ) from error
        return Place(bool(back), values, began)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def bound(parts: Sequence[Any]) -> bytes:
    """What a cursor is bound to, as bytes."""
    return repr(parts).encode()
