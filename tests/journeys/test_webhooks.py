"""A second system learns everything through webhooks alone, though it fails half the time and the worker is killed."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from crm_api.integrations.changes.relay import relay_tenant
from crm_api.integrations.webhooks.fan_out import run_fan_out
from crm_api.integrations.webhooks.pace import Pace
from crm_api.jobs.work import Runtime
from crm_api.settings import Settings
from crm_api.worker import actors_of
from tests.database import Databases
from tests.factories import peers
from tests.factories.companies import Company
from tests.factories.peers import INSIDE, Peer, Received, answering, inside
from tests.integrations.webhooks.conftest import verified, working

WRITERS, TURNS = 8, 6
QUICK = Pace(schedule=(0.0, *[0.05] * 60), lease=5, rest_after=8, rest=0.05, poll=0.05)
BEGIN = random.Random(20261122)


@pytest.fixture
async def alone(databases: Databases) -> None:
    """A worker serves every company of the database: what other tests have left is not sent, and not counted."""
    superuser = await asyncpg.connect(databases.admin_dsn)
    await superuser.execute("UPDATE webhooks SET active = false")
    await superuser.close()


async def write(company: Company, number: int) -> None:
    """Create, edit and delete, like one of several people."""
    http = company.owner.http
    for turn in range(TURNS):
        made = await company.owner.create("/customers", name=f"C{number} {turn}")
        for industry in ("saas", "steel"):
            answer = await http.patch(f"/customers/{made['id']}", json={"industry": industry})
            assert answer.status_code == 200, answer.text
        if turn % 2:
            assert (await http.delete(f"/customers/{made['id']}")).status_code == 204


async def unreliable(there: Peer, request: Received, writer: asyncio.StreamWriter) -> None:
    failing = (answering(500), answering(503, "Retry-After: 0"), peers.cut_at_once, peers.cut_after_headers)
    await (BEGIN.choice(failing) if BEGIN.random() < 0.5 else peers.well)(there, request, writer)


async def expected_of(company: Company) -> dict[str, dict[str, Any]]:
    await relay_tenant(company.served.pool, company.tenant_id)
    return {str(row["id"]): row for row in await company.rows("events", resource="customers")}


async def settled(company: Company, webhook_id: str, ids: set[str], seconds: float) -> None:
    """Wait until every event is delivered."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        rows = await company.rows("webhook_deliveries", webhook_id=webhook_id)
        if {str(row["event_id"]) for row in rows if row["status"] == "delivered"} >= ids:
            return
        assert asyncio.get_running_loop().time() < end, [(r["type"], r["status"], r["error"]) for r in rows][
            :20
        ]
        await asyncio.sleep(0.1)


async def test_a_receiver_that_fails_half_the_time_learns_everything(company: Company) -> None:
    runtime = Runtime(
        company.served.pool, actors_of(company.served.pool, company.served.app.state.authentication)
    )
    async with inside(unreliable) as there, working(company, runtime, QUICK, seconds=1) as works:
        made = await company.owner.create("/webhooks", url=there.url, events=["customer.*"])
        loops = [asyncio.create_task(run_fan_out(runtime)), asyncio.create_task(works.sender.run(runtime))]
        rotated: dict[str, Any] = {}

        async def rotate() -> None:
            await asyncio.sleep(0.5)
            answer = await company.owner.http.post(
                f"/webhooks/{made['id']}/rotate-secret", json={"overlap_hours": 1}
            )
            rotated.update(answer.json())

        await asyncio.gather(rotate(), *(write(company, number) for number in range(WRITERS)))
        events = await expected_of(company)
        assert len(events) == WRITERS * TURNS * 3 + WRITERS * TURNS // 2
        await settled(company, made["id"], set(events), 60)
        runtime.stopping.set()
        await asyncio.gather(*loops)
    received: dict[str, set[bytes]] = {}
    for request in there.requests:
        # the old secret verifies all the while, because its time is not over
        body = verified(request, made["secret"])
        assert request.headers["webhook-id"] == body["id"]
        received.setdefault(body["id"], set()).add(request.body)
    assert received.keys() == events.keys()
    assert all(len(bodies) == 1 for bodies in received.values())
    assert len(there.requests) > len(events) * 1.3
    verified(there.requests[-1], rotated["secret"])
    # what a receiver keeps by version is what is there
    assert {
        str(row["record_id"]): row["version"]
        for row in sorted(events.values(), key=lambda row: row["version"])
    } == {str(row["id"]): row["version"] for row in await company.rows("customers")}


@asynccontextmanager
async def worker(settings: Settings, failpoint: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
    """`crm-api worker` as a process of its own."""
    environment = {
        **os.environ,
        **settings.worker_environment(),
        "CRM_OUTBOUND_ALLOW": INSIDE,
        "CRM_STORAGE_DIR": str(settings.storage_dir),
        "CRM_WEBHOOKS_SCHEDULE": "[0, 0.1, 0.1, 0.1]",
        "CRM_WEBHOOKS_LEASE": "1",
        "CRM_WEBHOOKS_POLL": "0.1",
        "CRM_FAILPOINT": failpoint,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "crm_api.worker",
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("failpoint", ["webhook.taken_up", "webhook.claimed", "webhook.sent:3"])
@pytest.mark.usefixtures("alone")
async def test_a_worker_that_is_killed_loses_nothing(
    company: Company, settings: Settings, failpoint: str
) -> None:
    async with inside() as there:
        made = await company.owner.create("/webhooks", url=there.url, events=["customer.*"])
        for n in range(6):
            await company.owner.create("/customers", name=f"C{n}")
        events = await expected_of(company)
        async with worker(settings, failpoint) as first:
            assert await asyncio.wait_for(first.wait(), 90) == -9
        before = len(there.requests)
        async with worker(settings):
            await settled(company, made["id"], set(events), 90)
    ids = [request.headers["webhook-id"] for request in there.requests]
    assert set(ids) == set(events)
    # what was sent and not told is sent once more, by the same id; nothing else is
    assert len(ids) - len(set(ids)) <= (4 if "sent" in failpoint else 0)
    assert (before > 0) is ("sent" in failpoint)
    for request in there.requests:
        verified(request, made["secret"])
