import asyncio
import statistics
import time
from collections.abc import Iterator

import pytest
from passlib.hash import argon2

from crm_api.identity.credentials import passwords
from crm_api.identity.credentials.passwords import Verdict, hash_password, verify_password
from crm_api.kit.errors import Invalid
from tests.conftest import PASSWORDS_AS_SHIPPED

GOOD = "correct horse battery"


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    """Hashes at the price they have for users."""
    cheap = passwords._context.to_dict()
    passwords._context.load(PASSWORDS_AS_SHIPPED)
    yield
    passwords._context.load(cheap)


async def test_hashes_with_argon2id_at_the_floor_and_its_own_salt() -> None:
    first, second = await hash_password(GOOD), await hash_password(GOOD)
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert await verify_password(first, GOOD) == Verdict(ok=True)
    assert await verify_password(first, GOOD + "!") == Verdict(ok=False)


@pytest.mark.parametrize(
    ("stored", "given"),
    [
        ("\uff21ssword12", "Assword12"),  # full width
        ("Zoe\u0308lle-2026", "Zo\u00eblle-2026"),  # composed or not
        ("我的密码非常长", "我的密码非常长"),
        ("a\x00bcdefgh", "a\x00bcdefgh"),
    ],
)
async def test_the_same_password_from_another_keyboard(stored: str, given: str) -> None:
    stored = stored.ljust(8, "。")
    assert (await verify_password(await hash_password(stored), given.ljust(8, "。"))).ok


async def test_every_character_counts() -> None:
    pairs = [
        ("x1" * 64, "x1" * 63 + "x2"),
        ("密码" * 50 + "一", "密码" * 50 + "二"),
        ("a\x00bcdefgh", "a\x00bcdefgi"),
    ]
    for stored, given in pairs:
        assert not (await verify_password(await hash_password(stored), given)).ok


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "too_short"),
        ("1234567", "too_short"),
        ("e\u0301" * 7, "too_short"),
        ("x1" * 64 + "x", "too_long"),
        ("\ufdfa" * 20, "too_long"),  # one character that NFKC makes eighteen
        ("x" * 1_000_000, "too_long"),
        ("password", "password_too_common"),
        ("PassWord123", "password_too_common"),
        ("12345678", "password_too_common"),
        ("１２３４５６７８", "password_too_common"),
        ("woaini1314", "password_too_common"),
        ("zzzzzzzzzzzz", "password_too_common"),
        ("abcdefg\ud800", "invalid_character"),
    ],
)
async def test_a_refused_password_says_why_and_where(password: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        await hash_password(password, "/new_password")
    (fault,) = caught.value.faults
    assert (fault.at, fault.code) == ("/new_password", code)
    assert not password or password not in str(fault.params)


async def test_the_limits_themselves_are_accepted() -> None:
    for password in ("a1b2c3d5", "x1" * 64, "correct horse battery staple 123"):
        assert (await verify_password(await hash_password(password), password)).ok


async def test_an_outdated_hash_is_replaced_only_by_the_right_password() -> None:
    old = argon2.using(type="ID", memory_cost=1024, time_cost=1, parallelism=1).hash(GOOD)
    verdict = await verify_password(old, GOOD)
    assert verdict.ok
    assert verdict.new_hash is not None
    assert verdict.new_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await verify_password(verdict.new_hash, GOOD) == Verdict(ok=True)
    assert await verify_password(old, "wrong horse battery") == Verdict(ok=False)


@pytest.mark.parametrize("stored", [None, "", "!", "$2b$12$abcdefghijklmnopqrstuv", "plain password"])
async def test_no_usable_hash_matches_nothing(stored: str | None) -> None:
    for given in ("", GOOD, "plain password", "nobody has this password"):
        assert await verify_password(stored, given) == Verdict(ok=False)


@pytest.mark.parametrize("given", ["x" * 1_000_000, "\ufdfa" * 128, "abc\ud800defg"])
async def test_what_cannot_have_been_stored_is_just_wrong(given: str) -> None:
    assert await verify_password(await hash_password(GOOD), given) == Verdict(ok=False)


async def test_time_does_not_tell_whether_the_user_exists() -> None:
    stored = await hash_password(GOOD)

    async def median(known: str | None, given: str) -> float:
        spans = []
        for _ in range(9):
            started = time.perf_counter()
            await verify_password(known, given)
            spans.append(time.perf_counter() - started)
        return statistics.median(spans)

    wrong = await median(stored, "wrong horse battery")
    for known, given in ((None, GOOD), (stored, "x" * 1000), ("!", GOOD)):
        assert 0.4 < await median(known, given) / wrong < 2.5


async def test_the_loop_stays_free_while_many_sign_in() -> None:
    stored = await hash_password(GOOD)
    attempts = asyncio.gather(*(verify_password(stored, GOOD) for _ in range(20)))
    turns = 0
    while not attempts.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 5
    assert all(verdict.ok for verdict in await attempts)
