"""Secrets that have to be read again, sealed with AES-256-GCM.

A sealed value opens in its own place only: tenant, table, column and row are authenticated with it, so one that was
copied to another row or another tenant does not open. It names its key, so that keys can be changed while it lies.
"""

import os
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT, _KEY_ID, _NONCE = b"\x01", 4, 12


class Place(NamedTuple):
    """Where a sealed value is stored."""

    tenant_id: str
    table: str
    column: str
    row_id: str

    def bound(self) -> bytes:
        return "/".join(self).encode()


class CannotOpen(Exception):
    """Sealed elsewhere, changed since, or with a key that is not at hand."""


class Cipher:
    """The first of the keys (32 bytes each) seals, all of them open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {sha256(key).digest()[:_KEY_ID]: AESGCM(key) for key in keys}
        self._sealing = next(iter(self._keys))

    def seal(self, secret: bytes, place: Place) -> bytes:
        """The form in which a secret may be stored in a place."""
        nonce = os.urandom(_NONCE)
        head = _FORMAT + self._sealing
        return head + nonce + self._keys[self._sealing].encrypt(nonce, secret, head + place.bound())

    def open(self, sealed: bytes, place: Place) -> bytes:
        """The secret that was sealed for a place; anything else is CannotOpen."""
        start = len(_FORMAT) + _KEY_ID
        head, nonce, rest = sealed[:start], sealed[start : start + _NONCE], sealed[start + _NONCE :]
        key = self._keys.get(head[len(_FORMAT) :])
        if key is None or head[: len(_FORMAT)] != _FORMAT:
            raise CannotOpen
        try:
            return key.decrypt(nonce, rest, head + place.bound())
        except (InvalidTag, ValueError) as error:
            raise CannotOpen from error
