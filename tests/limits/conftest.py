"""The application with small budgets."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from crm_api.identity.auth.guessing import Guessing
from crm_api.server.counting import limits_of
from crm_api.settings import Settings
from tests.factories.companies import Served

Serving = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture
def serving(settings: Settings, served: Served) -> Serving:
    """`async with serving(rate_limit_user=3) as strict:` counts with these budgets, and no more afterwards."""
    state = served.app.state

    @asynccontextmanager
    async def counting(**budgets: Any) -> AsyncIterator[Served]:
        before = state.edge, state.guessing
        strict = settings.model_copy(update={"rate_limits": "on", **budgets})
        async with limits_of(strict) as limits:
            state.edge, state.guessing = (
                replace(state.edge, limits=limits, trusted_proxies=strict.trusted_proxies),
                Guessing(limits, settings.secrets.pepper),
            )
            try:
                yield served
            finally:
                state.edge, state.guessing = before

    return counting


def visitor(served: Served, address: str = "192.0.2.1", token: str | None = None) -> httpx.AsyncClient:
    """A client at an address of its own."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx.ASGITransport(served.app, raise_app_exceptions=False, client=(address, 40000))
    return httpx.AsyncClient(transport=transport, base_url="http://crm.test/api/v1", headers=headers)


def left(answer: httpx.Response) -> dict[str, int]:
    """Budget → requests left, as the answer says."""
    parts = (part.split(";") for part in answer.headers["ratelimit"].split(", "))
    return {name.strip('"'): int(rest.removeprefix("r=")) for name, rest, _ in parts}
