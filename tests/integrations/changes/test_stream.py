"""`GET /events/stream`: the feed as it grows, over a real connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest

from crm_api.integrations.changes.relay import relay_tenant
from crm_api.kit import sse
from tests.factories.companies import Actor, Company
from tests.factories.running import running

HURRY = 20


class Listener:
    """What arrives on a stream, event by event."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()
        self.place = ""
        self.beats = 0

    async def next(self) -> dict[str, Any]:
        found: dict[str, str] = {}
        async with asyncio.timeout(HURRY):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if line == ":":
                    self.beats += 1
                elif line:
                    found[name] = value
                    self.place = value if name == "id" else self.place
                elif "data" in found:
                    return {"event": found["event"], **orjson.loads(found["data"])}
        raise EOFError


@asynccontextmanager
async def listening(address: str, reader: Actor, **options: Any) -> AsyncIterator[Listener]:
    headers = {"Authorization": f"Bearer {reader.token}", **options.pop("headers", {})}
    async with (
        httpx.AsyncClient(base_url=address, timeout=HURRY) as client,
        client.stream("GET", "/events/stream", headers=headers, params=options) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Listener(answer)


@pytest.fixture
async def address(company: Company) -> AsyncIterator[str]:
    state = company.served.app.state
    edge = state.edge
    state.edge = replace(edge, streams=sse.Streams())
    async with running(company.served) as found:
        yield found
    state.edge = edge


async def relayed(company: Company) -> None:
    await relay_tenant(company.served.pool, company.tenant_id)


async def test_changes_arrive_as_they_are_relayed_and_resume_where_they_stopped(
    company: Company, address: str
) -> None:
    await relayed(company)
    async with listening(address, company.owner, types="customer.*") as stream:
        first = await company.owner.create("/customers", name="One")
        await company.owner.create("/products", code="P", name="Not asked for")
        await relayed(company)
        event = await stream.next()
        (listed,) = (await company.owner.http.get("/changes", params={"types": "customer.*"})).json()["data"]
        assert (event.pop("event"), event["object"]["id"]) == ("customer.created", first["id"])
        assert event == listed
        place = stream.place
    second = await company.owner.create("/customers", name="Two")
    await relayed(company)
    async with listening(
        address, company.owner, types="customer.*", headers={"Last-Event-ID": place}, after="now"
    ) as stream:
        assert (await stream.next())["object"]["id"] == second["id"]


async def test_the_place_of_an_event_is_one_of_the_list(company: Company, address: str) -> None:
    for name in ("One", "Two"):
        await company.owner.create("/customers", name=name)
    await relayed(company)
    start = (await company.owner.http.get("/changes", params={"limit": 1})).json()["page"]["after"]
    async with listening(address, company.owner, after=start, types="customer.*") as stream:
        await stream.next()
        place = stream.place
    rest = (await company.owner.http.get("/changes", params={"after": place})).json()["data"]
    assert [change["changes"]["name"]["to"] for change in rest if change["type"] == "customer.created"] == [
        "Two"
    ]


async def test_it_ends_when_access_ends(company: Company, address: str) -> None:
    user = await company.user("account_manager")
    async with listening(address, user) as stream:
        assert (await user.http.post("/auth/logout")).status_code == 204
        with pytest.raises(EOFError):
            await stream.next()


async def test_it_ends_when_the_process_drains_and_gives_its_seat_back(
    company: Company, address: str
) -> None:
    streams = company.served.app.state.edge.streams
    async with listening(address, company.owner) as stream:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await stream.next()
        assert (streams.count, company.served.pool.get_size() - company.served.pool.get_idle_size()) == (1, 0)
    async with listening(address, company.owner) as stream:
        streams.draining = True
        try:
            with pytest.raises(EOFError):
                await stream.next()
        finally:
            streams.draining = False
    for _ in range(100):
        if not streams.count:
            break
        await asyncio.sleep(0.05)
    assert streams.count == 0


async def test_a_silent_stream_beats(company: Company, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(sse, "POLL_SECONDS", 0.05)
    await relayed(company)
    async with listening(address, company.owner) as stream:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await stream.next()
        assert stream.beats >= 3


async def test_its_time_is_limited(company: Company) -> None:
    answer = await company.owner.http.get("/events/stream")
    assert (answer.status_code, answer.content[:2]) == (200, b":\n")


async def test_there_are_only_so_many(company: Company) -> None:
    state = company.served.app.state
    edge = state.edge
    state.edge = replace(edge, streams=sse.Streams(limit=0))
    try:
        answer = await company.owner.http.get("/events/stream")
    finally:
        state.edge = edge
    assert (answer.status_code, answer.json()["code"]) == (503, "too_many_streams")


async def test_who_may_not_read_changes_gets_no_stream(company: Company, other_company: Company) -> None:
    await relayed(other_company)
    token = (await other_company.owner.http.get("/changes")).json()["page"]["after"]
    answer = await company.owner.http.get("/events/stream", headers={"Last-Event-ID": token})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")
