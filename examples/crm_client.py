"""A small client of the CRM API: signs in, walks pages, waits when asked to. Needs only httpx."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

IN_FLIGHT = 8
PAGE = 200  # the largest page of a list, and the most values of an `[in]` filter
TRIES = 6

Record = dict[str, Any]


class CrmError(Exception):
    """The server refused something; the message holds what it said."""


@dataclass
class Crm:
    """The calls of the API that an integration needs most."""

    http: httpx.AsyncClient
    email: str = ""
    password: str = ""
    _login: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def login(self, expired: str = "") -> None:
        """Sign in, unless somebody else has replaced the expired token meanwhile."""
        async with self._login:
            if self.http.headers.get("Authorization", "") != expired:
                return
            credentials = {"email": self.email, "password": self.password}
            response = await self.http.post("/api/v1/auth/login", json=credentials)
            if response.is_error:
                raise CrmError(explain(response))
            self.http.headers["Authorization"] = f"Bearer {response.json()['access_token']}"

    async def call(self, method: str, path: str, **options: Any) -> Any:
        """The answer of one request; after 429 and 503 nothing was written, so it is sent again."""
        for attempt in range(TRIES):
            token = self.http.headers.get("Authorization", "")
            response = await self.http.request(method, f"/api/v1/{path}", **options)
            if response.status_code == 401 and self.email and attempt == 0:
                await self.login(expired=token)
            elif response.status_code in {429, 503} and attempt < TRIES - 1:
                await asyncio.sleep(retry_after(response, attempt))
            else:
                break
        if response.is_error:
            raise CrmError(explain(response))
        return response.json()

    async def rows(self, path: str, **filters: str) -> list[Record]:
        """Every row of a list, page after page."""
        found: list[Record] = []
        parameters = {**filters, "limit": str(PAGE)}
        while True:
            answer = await self.call("GET", path, params=parameters)
            found += answer["data"]
            if not answer["page"]["has_more"]:
                return found
            parameters["cursor"] = answer["page"]["next_cursor"]

    async def find(self, path: str, name: str, values: Iterable[str]) -> list[Record]:
        """The rows whose field (or external id) is one of the values."""
        wanted = sorted(set(values))
        found: list[Record] = []
        for start in range(0, len(wanted), PAGE):
            found += await self.rows(path, **{f"{name}[in]": ",".join(wanted[start : start + PAGE])})
        return found


def retry_after(response: httpx.Response, attempt: int) -> float:
    """Seconds that the server asks to wait, else a growing pause."""
    asked = response.headers.get("Retry-After", "")
    return float(asked) if asked.isdigit() else 0.25 * 2**attempt


def explain(response: httpx.Response) -> str:
    """What a problem document says, in one line."""
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    places = [f"{e.get('pointer') or e.get('parameter')}: {e['message']}" for e in problem.get("errors", ())]
    words = [problem.get("code", ""), problem.get("detail") or problem.get("title", ""), *places]
    asked = f"{response.request.method} {response.request.url.path}"
    return f"{asked}: {response.status_code} " + " · ".join(words)


@asynccontextmanager
async def connected(
    url: str,
    *,
    email: str = "",
    password: str = "",
    api_key: str = "",
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Crm]:
    """A signed-in client of the server at this address."""
    transport = transport or httpx.AsyncHTTPTransport(
        retries=3, limits=httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
    )
    async with httpx.AsyncClient(base_url=url, transport=transport, timeout=30) as http:
        crm = Crm(http, email, password)
        if api_key:
            http.headers["Authorization"] = f"Bearer {api_key}"
        else:
            await crm.login()
        yield crm
