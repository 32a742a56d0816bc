"""Passwords: argon2id at the floor OWASP recommends. Nothing else imports passlib."""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from passlib.context import CryptContext

from crm_api.identity.credentials.common_passwords import COMMON_PASSWORDS
from crm_api.kit.errors import Invalid

MIN_CHARACTERS: Final = 8
MAX_CHARACTERS: Final = 128

_context = CryptContext(
    ["argon2"],
    argon2__type="ID",
    argon2__memory_cost=19_456,
    argon2__time_cost=2,
    argon2__parallelism=1,
)
# Each hash takes 19 MiB and a core for some 20 ms: two at a time bound both, and the loop stays free.
_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")
# Compared when there is nothing to compare, so that an unknown user costs the same time as a wrong password.
_DUMMY: Final = _context.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password is right; `new_hash` replaces a stored hash whose parameters are outdated."""

    ok: bool
    new_hash: str | None = None


async def hash_password(password: str, pointer: str = "/password") -> str:
    """The hash to store.

    Invalid at the pointer unless it has 8 to 128 characters (after NFKC) and is not among the commonest.
    """
    normal = _accepted(password, pointer)
    return await asyncio.get_running_loop().run_in_executor(_pool, _context.hash, normal)


async def verify_password(stored: str | None, given: str) -> Verdict:
    """Compare with a stored hash; pass None for an unknown user, who is refused just as slowly."""
    return await asyncio.get_running_loop().run_in_executor(_pool, _verify, stored, given)


def _verify(stored: str | None, given: str) -> Verdict:
    normal = _normal(given)
    if stored is None or normal is None or not _context.identify(stored):
        _context.verify("", _DUMMY)
        return Verdict(ok=False)
    ok, new_hash = _context.verify_and_update(normal, stored)
    return Verdict(ok, new_hash)


def _accepted(password: str, pointer: str) -> str:
    if not _encodable(password):
        raise Invalid.at(pointer, "invalid_character")
    normal = _normal(password)
    if normal is None:
        raise Invalid.at(pointer, "too_long", limit=MAX_CHARACTERS)
    if len(normal) < MIN_CHARACTERS:
        raise Invalid.at(pointer, "too_short", limit=MIN_CHARACTERS)
    if normal.casefold() in COMMON_PASSWORDS or len(set(normal)) == 1:
        raise Invalid.at(pointer, "password_too_common")
    return normal


def _normal(password: str) -> str | None:
    """The same password however a keyboard composes it; None when no stored password can be equal to it."""
    if len(password) > MAX_CHARACTERS:
        return None
    normal = unicodedata.normalize("NFKC", password)
    return normal if len(normal) <= MAX_CHARACTERS and _encodable(normal) else None


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
