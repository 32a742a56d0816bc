"""Every way to forge an access token that the rules name, each refused as Unauthenticated."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from crm_api.identity.auth import tokens
from crm_api.identity.auth.tokens import Claims, TokenKeys
from crm_api.identity.credentials.opaque import SecretKind, make_secret
from crm_api.kit import clock
from crm_api.kit.errors import Unauthenticated
from crm_api.kit.ids import new_id

ISSUER, AUDIENCE = "https://crm.example", "crm-api"
USER, TENANT, SESSION = new_id(), new_id(), new_id()
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

Parts = tuple[dict[str, Any], dict[str, Any]]


def pem_of(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PUBLIC_DER = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
PUBLIC_JWK = {
    "kty": "EC",
    "crv": "P-256",
    "x": base64.urlsafe_b64encode(OTHER.public_key().public_numbers().x.to_bytes(32)).decode().rstrip("="),
    "y": base64.urlsafe_b64encode(OTHER.public_key().public_numbers().y.to_bytes(32)).decode().rstrip("="),
}


def b64(data: bytes | Mapping[str, Any]) -> str:
    raw = (
        data if isinstance(data, bytes) else json.dumps(data, separators=(",", ":"), sort_keys=True).encode()
    )
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def es(data: str, key: ec.EllipticCurvePrivateKey = KEY, size: int = 32) -> str:
    r, s = decode_dss_signature(key.sign(data.encode(), ec.ECDSA(hashes.SHA256())))
    return b64(r.to_bytes(size) + s.to_bytes(size))


def hs(data: str, secret: bytes) -> str:
    return b64(hmac.digest(secret, data.encode(), "sha256"))


def put_together(header: Mapping[str, Any], claims: Any, signer: Callable[[str], str] = es) -> str:
    data = f"{b64(header)}.{claims if isinstance(claims, str) else b64(claims)}"
    return f"{data}.{signer(data)}"


@pytest.fixture
def keys() -> TokenKeys:
    return TokenKeys([pem_of(KEY)], ISSUER, AUDIENCE)


def signed(keys: TokenKeys, lifetime_seconds: int = 900) -> str:
    return keys.sign(subject=USER, tenant=TENANT, session=SESSION, lifetime_seconds=lifetime_seconds)


def parts(keys: TokenKeys) -> Parts:
    header, claims, _ = signed(keys).split(".")
    return json.loads(unb64(header)), json.loads(unb64(claims))


def refused(keys: TokenKeys, token: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        keys.verify(token)
    assert caught.value.code == "invalid_token"


def test_says_what_was_signed(keys: TokenKeys) -> None:
    with clock.frozen(NOW):
        assert keys.verify(signed(keys)) == Claims(USER, TENANT, SESSION, NOW + timedelta(seconds=900))


def test_is_written_as_the_rules_say(keys: TokenKeys) -> None:
    header, claims = parts(keys)
    assert header.keys() == {"alg", "kid", "typ"}
    assert (header["alg"], header["typ"]) == ("ES256", "at+jwt")
    assert claims.keys() == {"iss", "aud", "sub", "tid", "sid", "jti", "iat", "exp"}
    assert parts(keys)[1]["jti"] != claims["jti"]


def test_a_hand_made_token_is_accepted_so_the_forgeries_below_fail_for_their_own_reason(
    keys: TokenKeys,
) -> None:
    assert keys.verify(put_together(*parts(keys))).subject == USER


def test_keys_rotate(keys: TokenKeys) -> None:
    rotated = TokenKeys([pem_of(OTHER), pem_of(KEY)], ISSUER, AUDIENCE)
    assert rotated.verify(signed(keys)).subject == USER
    refused(keys, signed(rotated))
    refused(TokenKeys([pem_of(OTHER)], ISSUER, AUDIENCE), signed(keys))


@pytest.mark.parametrize(
    "pems",
    [
        [],
        [pem_of(ec.generate_private_key(ec.SECP384R1()))],
        [pem_of(rsa.generate_private_key(65537, 2048))],
        [PUBLIC_PEM.decode()],
        ["secret"],
    ],
)
def test_only_private_p256_keys_are_taken(pems: list[str]) -> None:
    with pytest.raises(ValueError):  # cryptography words some of them
        TokenKeys(pems, ISSUER, AUDIENCE)


HEADERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "alg absent": lambda h: {k: v for k, v in h.items() if k != "alg"},
    "alg none": lambda h: h | {"alg": "none"},
    "alg nOnE": lambda h: h | {"alg": "nOnE"},
    "alg null": lambda h: h | {"alg": None},
    "alg lower case": lambda h: h | {"alg": "es256"},
    "alg a list": lambda h: h | {"alg": ["ES256"]},
    "alg ES384": lambda h: h | {"alg": "ES384"},
    "alg RS256": lambda h: h | {"alg": "RS256"},
    "alg PS256": lambda h: h | {"alg": "PS256"},
    "alg EdDSA": lambda h: h | {"alg": "EdDSA"},
    "typ absent": lambda h: {k: v for k, v in h.items() if k != "typ"},
    "typ JWT": lambda h: h | {"typ": "JWT"},
    "typ of a refresh token": lambda h: h | {"typ": "rt+jwt"},
    "typ null": lambda h: h | {"typ": None},
    "kid absent": lambda h: {k: v for k, v in h.items() if k != "kid"},
    "kid unknown": lambda h: h | {"kid": "other"},
    "kid a path": lambda h: h | {"kid": "../../../../dev/null"},
    "kid SQL": lambda h: h | {"kid": "' UNION SELECT 'key"},
    "kid a number": lambda h: h | {"kid": 0},
    "kid an object": lambda h: h | {"kid": {}},
    "crit": lambda h: h | {"crit": ["exp"], "exp": 1},
    "jku": lambda h: h | {"jku": "https://evil.example/jwks.json"},
    "jwk": lambda h: h | {"jwk": PUBLIC_JWK},
    "x5u": lambda h: h | {"x5u": "https://evil.example/cert.pem"},
    "x5c": lambda h: h | {"x5c": ["MIIB"]},
    "cty nested": lambda h: h | {"cty": "JWT"},
    "zip": lambda h: h | {"zip": "DEF"},
    "b64 off": lambda h: h | {"b64": False, "crit": ["b64"]},
}


@pytest.mark.parametrize("change", HEADERS.values(), ids=HEADERS.keys())
def test_any_other_header_is_refused_even_well_signed(
    keys: TokenKeys, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    header, claims = parts(keys)
    refused(keys, put_together(change(header), claims))


CLAIMS: dict[str, dict[str, Any]] = {
    "issuer of another": {"iss": "https://evil.example"},
    "issuer a list": {"iss": [ISSUER]},
    "audience of another": {"aud": "billing"},
    "audience a list": {"aud": [AUDIENCE, "billing"]},
    "audience a part": {"aud": "crm"},
    "subject empty": {"sub": ""},
    "subject a number": {"sub": 7},
    "subject no id": {"sub": "admin"},
    "tenant SQL": {"tid": "' OR '1'='1"},
    "tenant with a line end": {"tid": TENANT + "\n"},
    "tenant upper case": {"tid": "ABCDEF00-0000-7000-8000-000000000000"},
    "tenant null": {"tid": None},
    "session a list": {"sid": [SESSION]},
    "id of the token empty": {"jti": ""},
    "expired": {"exp": 1},
    "expiry text": {"exp": "9999999999"},
    "expiry a fraction": {"exp": 9999999999.5},
    "expiry true": {"exp": True},
    "expiry negative": {"exp": -1},
    "expiry beyond time": {"exp": 10**18},
    "expiry beyond integers": {"exp": 10**400},
    "issued in the future": {"iat": 9999999999},
    "issued text": {"iat": "now"},
}


@pytest.mark.parametrize("change", CLAIMS.values(), ids=CLAIMS.keys())
def test_a_wrong_claim_is_refused_even_well_signed(keys: TokenKeys, change: dict[str, Any]) -> None:
    header, claims = parts(keys)
    refused(keys, put_together(header, claims | change))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "tid", "sid", "jti", "iat", "exp"])
def test_a_missing_claim_is_refused_even_well_signed(keys: TokenKeys, name: str) -> None:
    header, claims = parts(keys)
    refused(keys, put_together(header, {key: value for key, value in claims.items() if key != name}))


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"null", b'"x"', b'{"exp":NaN}', b"\xff", b"[" * 2000])
def test_claims_that_are_no_object_are_refused(keys: TokenKeys, payload: bytes) -> None:
    refused(keys, put_together(parts(keys)[0], b64(payload)))


@pytest.mark.parametrize(
    "secret", [PUBLIC_PEM, PUBLIC_DER, b"", b"secret"], ids=["pem", "der", "empty", "guess"]
)
@pytest.mark.parametrize("claimed", ["HS256", "ES256"])
def test_a_public_key_is_no_secret(keys: TokenKeys, secret: bytes, claimed: str) -> None:
    header, claims = parts(keys)
    refused(keys, put_together(header | {"alg": claimed}, claims, lambda data: hs(data, secret)))


def test_foreign_and_broken_signatures_are_refused(keys: TokenKeys) -> None:
    header, claims = parts(keys)
    good = put_together(header, claims)
    head, body, signature = good.split(".")
    changed = b64(claims | {"tid": new_id()})
    rsa_key = rsa.generate_private_key(65537, 2048)
    for token in (
        put_together(header, claims, lambda data: es(data, OTHER)),
        put_together(header, claims, lambda _: ""),
        put_together(header, claims, lambda _: b64(bytes(64))),
        put_together(header, claims, lambda data: b64(KEY.sign(data.encode(), ec.ECDSA(hashes.SHA256())))),
        put_together(header, claims, lambda data: es(data, KEY, size=48)),
        f"{head}.{changed}.{signature}",
        f"{head}.{body}.{signature}A",
        f"{head}.{body}.{signature[:-4]}",
        f"{head}.{body}.{signature}=",
        f"{head}.{body}.{signature}\n",
        f" {good}",
        f"{head}.{body}!.{signature}",
        f"{head}.{body}",
        f"{head}.{body}.{signature}.{signature}",
        f"{head}..{body}.{signature}",
        f"{head}.{body}.{b64(hashlib.sha256(rsa_key.private_numbers().d.to_bytes(256)).digest())}",
    ):
        refused(keys, token)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "Bearer",
        "\x00",
        "\ud800",
        "令牌.令牌.令牌",
        make_secret(SecretKind.API_KEY, TENANT),
        make_secret(SecretKind.REFRESH_TOKEN, TENANT),
        "A" * 200_000,
        "." * 200_000,
        f"{b64(b'[' * 2500)}.e30.{'A' * 86}",
        f"{b64({'alg': 'RSA-OAEP', 'enc': 'A256GCM', 'zip': 'DEF'})}.AA.AA.{'A' * 800}.AA",
    ],
    ids=range(14),
)
def test_what_is_no_token_is_refused(keys: TokenKeys, token: str) -> None:
    refused(keys, token)


def test_the_length_is_bounded_even_for_a_well_signed_token(keys: TokenKeys) -> None:
    header, claims = parts(keys)
    refused(keys, put_together(header, claims | {"more": "x" * tokens.MAX_TOKEN_CHARACTERS}))


def test_expires_to_the_second_also_when_remembered(keys: TokenKeys) -> None:
    with clock.frozen(NOW):
        token = signed(keys, lifetime_seconds=60)
        keys.verify(token)
    with clock.frozen(NOW + timedelta(seconds=59)):
        keys.verify(token)
    with clock.frozen(NOW + timedelta(seconds=60)):
        refused(keys, token)
        refused(keys, token)
    with clock.frozen(NOW - timedelta(minutes=1)):
        refused(TokenKeys([pem_of(KEY)], ISSUER, AUDIENCE), token)


def test_a_remembered_token_is_not_verified_again(keys: TokenKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    token = signed(keys)
    first = keys.verify(token)
    monkeypatch.setattr(tokens.jws, "verify", None)
    assert keys.verify(token) is first


def test_memory_of_verified_tokens_is_bounded(keys: TokenKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "CACHED_TOKENS", 3)
    issued = [signed(keys) for _ in range(5)]
    first = keys.verify(issued[0])
    for token in issued:
        keys.verify(token)
    last = keys.verify(issued[4])
    assert keys.verify(issued[4]) is last
    assert keys.verify(issued[0]) is not first
    assert keys.verify(issued[0]) == first
