"""Two server processes on one database, and requests that meet in them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from crm_api.settings import Settings
from tests.factories.companies import Company, Served, found_company
from tests.factories.processes import SERVED, serving

ROWS = 200
LANES = 6
CONNECTIONS = 12
ANY = {"If-Match": "*"}
Outcome = TypeVar("Outcome")
Sides = tuple[httpx.AsyncClient, httpx.AsyncClient]


@dataclass
class Pair:
    """One company, met in both processes; `owner` are its owner's two clients, one to each."""

    company: Company
    addresses: tuple[str, str]
    _clients: list[httpx.AsyncClient] = field(default_factory=list)
    owner: Sides = ()  # type: ignore[assignment]

    def sides(self, token: str | None = None) -> Sides:
        """Somebody's clients; without a token nobody's."""
        named = {"Authorization": f"Bearer {token}"} if token else {}
        headers = {"Accept-Encoding": "identity", **named}
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
        left, right = (
            httpx.AsyncClient(base_url=f"{address}/api/v1", headers=headers, limits=limits, timeout=30)
            for address in self.addresses
        )
        self._clients += (left, right)
        return left, right

    async def batch(self, path: str, bodies: Sequence[Any]) -> list[str]:
        """The ids of new records."""
        made: list[str] = []
        for start in range(0, len(bodies), ROWS):
            listed = [{"op": "create", "data": body} for body in bodies[start : start + ROWS]]
            sent = {"mode": "atomic", "operations": listed}
            answer = await self.owner[0].post(f"/{path}/batch", json=sent)
            assert answer.status_code == 200, answer.text
            made += [result["id"] for result in answer.json()["results"]]
        return made

    @asynccontextmanager
    async def another(self) -> AsyncIterator["Pair"]:
        """Another company in the same processes."""
        found = await met(self.company.served, self.addresses)
        try:
            yield found
        finally:
            await found.close()

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()
        await self.company.close()


async def met(served: Served, addresses: tuple[str, str]) -> Pair:
    """A new company."""
    pair = Pair(await found_company(served), addresses)
    pair.owner = pair.sides(pair.company.owner.token)
    return pair


@asynccontextmanager
async def pair_on(served: Served, settings: Settings, app: str = SERVED) -> AsyncIterator[Pair]:
    """Two processes of an application, and a company in its database."""
    with ExitStack() as stack:
        extra = {"CRM_STORAGE_DIR": str(settings.file_dir), "CRM_POOL_SIZE": str(CONNECTIONS)}
        left, right = (stack.enter_context(serving(settings, app=app, **extra))[0] for _ in range(2))
        pair = await met(served, (left, right))
        try:
            yield pair
        finally:
            await pair.close()


async def together(work: Iterable[Awaitable[Outcome]]) -> list[Outcome]:
    """What all come to; the first failure is told when nobody is under way any more."""
    found = await asyncio.gather(*work, return_exceptions=True)
    for outcome in found:
        if isinstance(outcome, BaseException):
            raise outcome
    return found  # type: ignore[return-value]


async def unguard(pair: Pair, race: str) -> None:
    """Take the guards of one race out of both processes."""
    for address in pair.addresses:
        async with httpx.AsyncClient() as http:
            assert (await http.put(f"{address}/unguarded/{race}")).status_code == 204


async def meet(*requests: Awaitable[httpx.Response]) -> list[httpx.Response]:
    """The answers to requests that are sent at the same moment."""
    start = asyncio.Barrier(len(requests))

    async def one(request: Awaitable[httpx.Response]) -> httpx.Response:
        await start.wait()
        return await request

    return await together(one(request) for request in requests)


async def rounds(count: int, play: Callable[[int], Awaitable[str | None]], lanes: int = LANES) -> list[str]:
    """What is broken in each round, if anything; a lane plays every `lanes`th round, one after the other."""

    async def lane(first: int) -> list[str]:
        return [told for number in range(first, count, lanes) if (told := await play(number))]

    found = await together(lane(first) for first in range(lanes))
    return [told for part in found for told in part]


def statuses(answers: Sequence[httpx.Response], *expected: int) -> str | None:
    """What is broken when the answers have other statuses."""
    found = sorted(answer.status_code for answer in answers)
    return None if found == sorted(expected) else f"{found}: {answers[0].text} {answers[1].text}"


async def broken(check: Awaitable[None]) -> list[str]:
    """What is broken when something that must hold does not."""
    try:
        await check
    except AssertionError as error:
        return [str(error)]
    return []
