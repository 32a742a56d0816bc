import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_api.identity.credentials import opaque
from crm_api.identity.credentials.opaque import SecretKind, digest, make_secret, tenant_of
from crm_api.kit.ids import new_id

ALPHABET = string.digits + string.ascii_letters


@pytest.mark.parametrize("kind", SecretKind)
@given(tenant=st.uuids().map(str))
def test_names_its_tenant_in_a_constant_shape(kind: SecretKind, tenant: str) -> None:
    secret = make_secret(kind, tenant)
    assert re.fullmatch(rf"{kind}_[0-9A-Za-z]{{22}}_[0-9A-Za-z]{{49}}", secret)
    assert tenant_of(kind, secret) == tenant


def test_the_prefixes_are_those_that_scanners_know() -> None:
    assert make_secret(SecretKind.API_KEY, new_id()).startswith("crm_live_")
    assert make_secret(SecretKind.REFRESH_TOKEN, new_id()).startswith("crm_rt_")


def test_no_two_secrets_are_equal() -> None:
    tenant = new_id()
    assert len({make_secret(SecretKind.API_KEY, tenant) for _ in range(1000)}) == 1000


def test_one_kind_is_not_taken_for_the_other() -> None:
    tenant = new_id()
    key, refresh = (make_secret(kind, tenant) for kind in (SecretKind.API_KEY, SecretKind.REFRESH_TOKEN))
    assert tenant_of(SecretKind.REFRESH_TOKEN, key) is None
    assert tenant_of(SecretKind.API_KEY, refresh) is None
    assert tenant_of(SecretKind.REFRESH_TOKEN, key.replace("crm_live", "crm_rt")) is None


@given(position=st.integers(0, 200), letter=st.sampled_from(ALPHABET))
def test_one_wrong_character_anywhere_is_refused(position: int, letter: str) -> None:
    secret = make_secret(SecretKind.API_KEY, new_id())
    position %= len(secret)
    changed = secret[:position] + letter + secret[position + 1 :]
    if changed != secret:
        assert tenant_of(SecretKind.API_KEY, changed) is None


@given(st.text())
def test_anything_else_is_refused(text: str) -> None:
    assert tenant_of(SecretKind.API_KEY, text) is None
    assert tenant_of(SecretKind.API_KEY, f"crm_live_{text}") is None


def test_a_checksum_alone_does_not_make_a_tenant() -> None:
    body = f"crm_live_{'z' * 22}_{'0' * 43}"
    assert tenant_of(SecretKind.API_KEY, body + opaque._checksum(body)) is None


def test_surroundings_are_not_ignored() -> None:
    secret = make_secret(SecretKind.API_KEY, new_id())
    for changed in (secret + "\n", " " + secret, secret + "0", secret[:-1], secret.upper()):
        assert tenant_of(SecretKind.API_KEY, changed) is None


def test_the_digest_depends_on_secret_and_pepper() -> None:
    secret = make_secret(SecretKind.API_KEY, new_id())
    assert len(digest(secret, b"pepper")) == 32
    assert digest(secret, b"pepper") == digest(secret, b"pepper")
    assert digest(secret, b"pepper") != digest(secret, b"other")
    assert digest(secret, b"pepper") != digest(secret + "0", b"pepper")
