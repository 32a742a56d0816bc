"""Another system keeps a copy through `/changes` alone while eight writers work; afterwards the copy is the truth.

`CRM_MIRROR_SECONDS=30` makes it a campaign.
"""

import asyncio
import importlib
import os
import random
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from crm_api.integrations.changes.relay import run_relay
from tests.factories.companies import Company
from tests.factories.everybody import key
from tests.factories.running import running

ROOT = Path(__file__).parents[2]
SECONDS, WRITERS = float(os.environ.get("CRM_MIRROR_SECONDS", "4")), 8
PATHS = {"customer": "/customers", "opportunity": "/opportunities"}
# What goes without saying in a change: who wrote when, and what the reader may not see.
STAMPS = {"id", "created_at", "created_by", "updated_at", "updated_by", "version", "redacted"}


async def write(http: httpx.AsyncClient, end: float, chance: random.Random) -> int:
    """Create, edit, delete and restore customers and opportunities at random."""
    mine: dict[str, list[str]] = {"/customers": [], "/opportunities": []}
    done = 0
    while time.monotonic() < end:
        path = chance.choice(list(mine))
        body: dict[str, Any] = {"name": f"{chance.random()}"}
        if not mine[path] or chance.random() < 0.3:
            if path == "/opportunities":
                if not mine["/customers"]:
                    continue
                body["customer_id"] = chance.choice(mine["/customers"])
            answer = await http.post(path, json=body)
            if answer.status_code == 201:
                mine[path].append(answer.json()["id"])
        elif chance.random() < 0.15:
            answer = await http.delete(f"{path}/{mine[path].pop(chance.randrange(len(mine[path])))}")
        else:
            answer = await http.patch(f"{path}/{chance.choice(mine[path])}", json=body)
        assert answer.status_code < 500, answer.text
        done += answer.is_success
    return done


async def follow(mirror: Any, http: httpx.AsyncClient, done: asyncio.Event, relayed: asyncio.Event) -> None:
    while True:
        last = done.is_set() and relayed.is_set()
        while mirror.take(await http.get("/changes", params=mirror.query)):
            pass
        if last:
            return
        await asyncio.sleep(0.1)


async def everything(http: httpx.AsyncClient, path: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    query: dict[str, str] = {"limit": "200"}
    while True:
        page = (await http.get(path, params=query)).json()
        found |= {record["id"]: record for record in page["data"]}
        if not page["page"]["has_more"]:
            return found
        query["cursor"] = page["page"]["next_cursor"]


async def test_a_mirror_is_the_truth(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    example = importlib.import_module("mirror")
    seed, pool = random.randrange(2**32), company.served.pool
    writers = [
        await company.user("sales_supervisor", team_id=await company.team(f"T{n}")) for n in range(WRITERS)
    ]
    reader = await key(company, "changes:read", "customers:read", "opportunities:read")
    stop, done, relayed = asyncio.Event(), asyncio.Event(), asyncio.Event()
    relay = asyncio.create_task(run_relay(pool, stop))
    async with running(company.served) as address:
        clients = [
            httpx.AsyncClient(
                base_url=address, headers={"Authorization": f"Bearer {actor.token}"}, timeout=30
            )
            for actor in (*writers, reader)
        ]
        mirror = example.Mirror(clients[-1])
        following = asyncio.create_task(follow(mirror, clients[-1], done, relayed))
        end = time.monotonic() + SECONDS
        counts = await asyncio.gather(
            *(write(http, end, random.Random(seed + n)) for n, http in enumerate(clients[:-1]))
        )
        done.set()
        while await company.rows("pending_events", log="events"):  # noqa: ASYNC110  the database says when
            await asyncio.sleep(0.05)
        relayed.set()
        await following
        for kind, path in PATHS.items():
            truth, copy = await everything(clients[-1], path), mirror.live(kind)
            assert copy.keys() == truth.keys(), (seed, kind)
            for record_id, record in truth.items():
                for name in record.keys() - STAMPS:
                    assert (copy[record_id].get(name) or None) == (record[name] or None), (seed, kind, name)
                assert mirror.versions[kind, record_id] == record["version"], (seed, kind)
        for client in clients:
            await client.aclose()
    stop.set()
    await relay
    assert sum(counts) > WRITERS * 5
