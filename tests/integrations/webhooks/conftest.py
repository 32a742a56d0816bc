"""Webhooks of tests: they go to servers on one address of loopback, which the settings of the tests open."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from crm_api.integrations.changes.relay import relay_tenant
from crm_api.integrations.webhooks.delivering import Sender
from crm_api.integrations.webhooks.fan_out import fan_out_once, look
from crm_api.integrations.webhooks.pace import Pace
from crm_api.jobs.work import Runtime
from crm_api.outbound import Allowed, Outbound
from crm_api.worker import actors_of
from tests.factories.companies import Actor, Company, Served
from tests.factories.peers import INSIDE, Peer, Received

SOON = Pace(schedule=(0, 0.01, 0.01, 0.01), lease=2, rest_after=100, rest=0.05, poll=0.05)


@pytest.fixture
def runtime(served: Served) -> Runtime:
    return Runtime(served.pool, actors_of(served.pool, served.app.state.authentication))


@dataclass
class Works:
    """The loops of one company, a step at a time."""

    company: Company
    runtime: Runtime
    sender: Sender

    async def take_up(self) -> None:
        """Relay, then make deliveries of all that is new."""
        await relay_tenant(self.company.served.pool, self.company.tenant_id)
        while await fan_out_once(self.runtime):
            continue

    async def send(self) -> None:
        """Send once what is due."""
        for work in await look(self.runtime):
            if work.due and work.tenant_id == self.company.tenant_id:
                await self.sender.deliver(self.runtime, work)

    async def everything(self) -> None:
        await self.take_up()
        await self.send()


@asynccontextmanager
async def working(
    company: Company, runtime: Runtime, pace: Pace = SOON, seconds: float = 2
) -> AsyncIterator[Works]:
    """The loops with a pace of the test."""
    outbound = Outbound(Allowed([INSIDE]), seconds=seconds)
    try:
        yield Works(company, runtime, Sender(company.served.app.state.cipher, outbound, pace))
    finally:
        await outbound.aclose()


@pytest.fixture
async def works(company: Company, runtime: Runtime) -> AsyncIterator[Works]:
    async with working(company, runtime) as found:
        yield found


Make = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def hook(company: Company) -> Make:
    """`await hook(peer, "customer.*")`: a webhook of the owner, or of `actor`."""

    async def make(there: Peer, *events: str, actor: Actor | None = None, **body: Any) -> dict[str, Any]:
        given = {"url": there.url, "events": list(events) or ["customer.*"], **body}
        return await (actor or company.owner).create("/webhooks", **given)

    return make


def verified(request: Received, secret: str) -> Any:
    """The body of a request whose signature holds; raises otherwise."""
    return Verifier(secret).verify(request.body, request.headers)
