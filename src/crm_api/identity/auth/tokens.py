"""Access tokens (RFC 9068): ES256 only, read as strictly as written. Nothing else imports python-jose."""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from jose import jwk, jws
from jose.constants import ALGORITHMS
from jose.exceptions import JOSEError

from crm_api.kit import clock
from crm_api.kit.errors import Unauthenticated
from crm_api.kit.ids import as_id, new_id

MAX_TOKEN_CHARACTERS: Final = 4096
CACHED_TOKENS: Final = 10_000
_CLOCK_SKEW: Final = timedelta(seconds=30)
# A signature of ES256 is 64 bytes. The library skips characters outside the alphabet; this does not.
_COMPACT: Final = re.compile(r"([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says: ids of the user, the tenant and the session, and when it ends (UTC)."""

    subject: str
    tenant: str
    session: str
    expires_at: datetime


class TokenKeys:
    """Signs with the first of its P-256 keys (PEM) and verifies with any, so that keys can be rotated.

    A key that is not P-256, or none at all, is a ValueError.
    """

    def __init__(self, private_pems: Sequence[str], issuer: str, audience: str) -> None:
        if not private_pems:
            raise ValueError("at least one signing key is required")
        self._issuer = issuer
        self._audience = audience
        public_keys = [_public_key(pem) for pem in private_pems]
        self._key_id = _key_id(public_keys[0])
        self._signing_key = jwk.construct(private_pems[0], ALGORITHMS.ES256)
        # A header is trusted only if it is, to the byte, one that `sign` writes: no other algorithm or type,
        # no `crit`, `jku`, `jwk` or `x5u`, and nothing of an unverified token is ever parsed.
        self._verifying = {
            self._sign({}, _key_id(key)).partition(".")[0]: jwk.construct(_pem(key), ALGORITHMS.ES256)
            for key in public_keys
        }
        self._verified: OrderedDict[bytes, Claims] = OrderedDict()

    def sign(self, *, subject: str, tenant: str, session: str, lifetime_seconds: int) -> str:
        """A token for the three ids (UUIDs) that is valid from now on."""
        issued = int(clock.now().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": subject,
            "tid": tenant,
            "sid": session,
            "jti": new_id(),
            "iat": issued,
            "exp": issued + lifetime_seconds,
        }
        return self._sign(claims, self._key_id)

    def verify(self, token: str) -> Claims:
        """The claims of a token, or Unauthenticated; whether the session still lives is not asked here."""
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise Unauthenticated("invalid_token")
        # Cached by digest, so that memory holds no usable token.
        digest = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        claims = self._verified.get(digest)
        if claims is None:
            claims = self._read(token)
            self._remember(digest, claims)
        if claims.expires_at <= clock.now():
            self._verified.pop(digest, None)
            raise Unauthenticated("invalid_token")
        return claims

    def _sign(self, claims: Mapping[str, Any], key_id: str) -> str:
        headers = {"typ": "at+jwt", "kid": key_id}
        return jws.sign(claims, self._signing_key, headers=headers, algorithm=ALGORITHMS.ES256)

    def _remember(self, digest: bytes, claims: Claims) -> None:
        self._verified[digest] = claims
        if len(self._verified) > CACHED_TOKENS:
            self._verified.popitem(last=False)

    def _read(self, token: str) -> Claims:
        form = _COMPACT.fullmatch(token)
        key = self._verifying.get(form[1]) if form else None
        if key is None:
            raise Unauthenticated("invalid_token")
        try:
            claims = orjson.loads(jws.verify(token, key, algorithms=[ALGORITHMS.ES256]))
        except (JOSEError, orjson.JSONDecodeError):
            raise Unauthenticated("invalid_token") from None
        found = self._claims(claims) if isinstance(claims, dict) else None
        if found is None:
            raise Unauthenticated("invalid_token")
        return found

    def _claims(self, claims: Mapping[str, Any]) -> Claims | None:
        """Stricter than the library, which accepts absent claims and has its own clock."""
        if claims.get("iss") != self._issuer or claims.get("aud") != self._audience:
            return None
        if any(_id(claims.get(name)) is None for name in ("sub", "tid", "sid", "jti")):
            return None
        issued, expires = _instant(claims.get("iat")), _instant(claims.get("exp"))
        if issued is None or expires is None or issued > clock.now() + _CLOCK_SKEW:
            return None
        return Claims(claims["sub"], claims["tid"], claims["sid"], expires)


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and as_id(value) == value else None


def _instant(value: object) -> datetime | None:
    # Not bool, not float; the bound is the year 9999.
    return datetime.fromtimestamp(value, UTC) if type(value) is int and 0 <= value < 253_402_300_800 else None


def _public_key(private_pem: str) -> EllipticCurvePublicKey:
    key = load_pem_private_key(private_pem.encode(), password=None)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("a signing key must be an unencrypted P-256 private key in PEM")  # noqa: TRY004
    return key.public_key()


def _pem(key: EllipticCurvePublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _key_id(key: EllipticCurvePublicKey) -> str:
    """Follows from the key, so that it needs no setting and survives reordering."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return urlsafe_b64encode(hashlib.sha256(der).digest()[:12]).decode()
