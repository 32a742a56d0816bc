"""What is sealed opens in its place, with a key that is at hand, and unchanged; in no other way."""

import os

import pytest

from crm_api.encryption import CannotOpen, Cipher, Place

OLD, NEW = os.urandom(32), os.urandom(32)
HERE = Place("tenant-1", "webhook_endpoints", "secret", "row-1")


def test_what_is_sealed_opens() -> None:
    cipher = Cipher([OLD])
    sealed = cipher.seal(b"whsec", HERE)
    assert cipher.open(sealed, HERE) == b"whsec"
    assert b"whsec" not in sealed
    assert cipher.seal(b"whsec", HERE) != sealed


@pytest.mark.parametrize(
    "elsewhere",
    [
        HERE._replace(tenant_id="tenant-2"),
        HERE._replace(table="mailboxes"),
        HERE._replace(column="previous_secret"),
        HERE._replace(row_id="row-2"),
    ],
)
def test_a_copy_does_not_open_elsewhere(elsewhere: Place) -> None:
    cipher = Cipher([OLD])
    with pytest.raises(CannotOpen):
        cipher.open(cipher.seal(b"whsec", HERE), elsewhere)


def test_a_changed_value_does_not_open() -> None:
    cipher = Cipher([OLD])
    sealed = cipher.seal(b"whsec", HERE)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(CannotOpen):
            cipher.open(changed, HERE)
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            cipher.open(sealed[:length], HERE)


def test_a_new_key_seals_while_the_old_one_still_opens() -> None:
    before = Cipher([OLD]).seal(b"whsec", HERE)
    during = Cipher([NEW, OLD])
    assert during.open(before, HERE) == b"whsec"
    after = during.seal(b"whsec", HERE)
    assert Cipher([NEW]).open(after, HERE) == b"whsec"
    with pytest.raises(CannotOpen):
        Cipher([NEW]).open(before, HERE)
