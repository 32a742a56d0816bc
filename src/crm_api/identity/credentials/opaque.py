"""Secrets without content of their own: API keys, refresh tokens and links.

`crm_live_<tenant, 22>_<secret, 43><checksum, 6>` in base 62: the prefix lets secret scanners recognise a
leaked one, the tenant lets it be looked up behind row security, 256 random bits make a plain keyed digest
enough at rest, and the checksum refuses a mistyped or made-up secret without asking the database.
"""

import hmac
import re
import secrets
import string
import zlib
from enum import StrEnum
from typing import Final
from uuid import UUID

_ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_TENANT_LENGTH: Final = 22
_SECRET_LENGTH: Final = 43
_CHECKSUM_LENGTH: Final = 6
_BODY: Final = re.compile(
    f"([0-9A-Za-z]{{{_TENANT_LENGTH}}})_[0-9A-Za-z]{{{_SECRET_LENGTH + _CHECKSUM_LENGTH}}}"
)


class SecretKind(StrEnum):
    """The prefix of a secret, which says what it opens."""

    API_KEY = "crm_live"
    REFRESH_TOKEN = "crm_rt"  # noqa: S105  a prefix, not a secret
    QUOTE_LINK = "crm_ql"


def make_secret(kind: SecretKind, tenant: str) -> str:
    """A new secret of a tenant (UUID); show it once and store only its digest."""
    body = (
        f"{kind}_{_encode(UUID(tenant).int, _TENANT_LENGTH)}_{_encode(secrets.randbits(256), _SECRET_LENGTH)}"
    )
    return body + _checksum(body)


def tenant_of(kind: SecretKind, secret: str) -> str | None:
    """The tenant a well-formed secret of this kind names, or None; says nothing about whether it is known."""
    if not secret.startswith(f"{kind}_"):
        return None
    form = _BODY.fullmatch(secret, len(kind) + 1)
    if form is None or _checksum(secret[:-_CHECKSUM_LENGTH]) != secret[-_CHECKSUM_LENGTH:]:
        return None
    number = _decode(form[1])
    return str(UUID(int=number)) if number < 1 << 128 else None


def digest(secret: str, pepper: bytes) -> bytes:
    """What is stored of a secret: HMAC-SHA256 under a key that is not in the database."""
    return hmac.digest(pepper, secret.encode(), "sha256")


def _checksum(body: str) -> str:
    return _encode(zlib.crc32(body.encode()), _CHECKSUM_LENGTH)


def _encode(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def _decode(text: str) -> int:
    number = 0
    for digit in text:
        number = number * len(_ALPHABET) + _ALPHABET.index(digit)
    return number
