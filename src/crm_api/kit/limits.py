"""Rate limits: how much somebody may ask in a window; counted before a body is read and told in every answer.

Windows are fixed, and each counter's start at a moment of their own, so that not everybody comes back at once.
"""

import time
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from itertools import islice
from typing import NamedTuple, Protocol
from zlib import crc32

from crm_api.kit import clock
from crm_api.kit.errors import RateLimited
from crm_api.kit.principal import Principal

COUNTERS, SWEEP_SECONDS = 100_000, 60
HOST_BITS = 64  # one IPv6 customer has that many addresses


class Counters(Protocol):
    """What counts: a storage of the library `limits`, or `InProcess`."""

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a counter that is forgotten after `expiry` seconds; what it holds then."""


class InProcess:
    """Counters of this process, the oldest forgotten when there are too many.

    The memory storage of `limits` looks at all of its counters in every hit: 2.9 ms with 10,000 of them.
    """

    def __init__(self, most: int = COUNTERS) -> None:
        self._most = most
        self._counts: dict[str, tuple[float, int]] = {}
        self._sweep_at = 0.0

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.monotonic()
        if now >= self._sweep_at or len(self._counts) >= self._most:
            self._sweep(now)
        until, count = self._counts.get(key) or (now + expiry, 0)
        self._counts[key] = until, count + amount
        return count + amount

    def _sweep(self, now: float) -> None:
        self._counts = {key: kept for key, kept in self._counts.items() if kept[0] > now}
        too_many = len(self._counts) - self._most * 9 // 10
        for key in list(islice(self._counts, max(too_many, 0))):
            del self._counts[key]
        self._sweep_at = now + SWEEP_SECONDS


class Budget(NamedTuple):
    """`quota` requests in every window of `seconds`."""

    name: str
    quota: int
    seconds: int


class Standing(NamedTuple):
    """How a budget stands after a request: what is left of it, negative when it was exceeded, and for how long."""

    budget: Budget
    left: int
    seconds: int


class Limits:
    """The budgets of everybody. `share` is the number of processes that count alone, each for its part."""

    def __init__(
        self,
        counters: Counters,
        *,
        api_key: Budget,
        user: Budget,
        tenant: Budget,
        address: Budget,
        share: int = 1,
    ) -> None:
        self._counters = counters
        self._share = share
        self._own = {"api_key": api_key}
        self._user, self._tenant, self._address = user, tenant, address

    async def admit(self, principal: Principal | None, address: str) -> dict[str, str]:
        """Count a request: of a principal and its tenant, or of an address that nobody has signed in from.

        The headers of its answer. RateLimited when a budget is exceeded; one that comes later is then not charged, so
        that nobody uses up the budget of their whole company.
        """
        if principal is None:
            return _headers(await self.charge([(self._address, network(address))]))
        own = self._own.get(principal.kind, self._user)
        tenant = principal.tenant_id
        return _headers(await self.charge([(own, f"{tenant}/{principal.id}"), (self._tenant, tenant)]))

    async def charge(self, charges: Sequence[tuple[Budget, str]], amount: int = 1) -> list[Standing]:
        """Take `amount` from the budgets of these subjects, or give it back; RateLimited at the first exceeded."""
        standings: list[Standing] = []
        for budget, subject in charges:
            standing = await self._spend(budget, subject, amount)
            standings.append(standing)
            if standing.left < 0 < amount:
                raise RateLimited(standing.seconds, headers=_headers(standings))
        return standings

    async def _spend(self, budget: Budget, subject: str, amount: int) -> Standing:
        name, quota, seconds = budget
        counter = f"{name}:{subject}"
        window, passed = divmod(int(clock.now().timestamp()) + crc32(counter.encode()) % seconds, seconds)
        used = await self._counters.incr(f"{counter}:{window}", seconds, amount)
        quota = -(-quota // self._share)
        return Standing(Budget(name, quota, seconds), quota - used, seconds - passed)


def _headers(standings: Sequence[Standing]) -> dict[str, str]:
    """The two fields of draft-ietf-httpapi-ratelimit-headers."""
    return {
        "RateLimit-Policy": ", ".join(f'"{b.name}";q={b.quota};w={b.seconds}' for b, _, _ in standings),
        "RateLimit": ", ".join(f'"{b.name}";r={max(left, 0)};t={t}' for b, left, t in standings),
    }


@lru_cache(maxsize=4096)
def network(address: str) -> str:
    """What counts as one client: an IPv4 address, the /64 of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> HOST_BITS << HOST_BITS)}/{HOST_BITS}"
