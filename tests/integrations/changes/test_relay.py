"""The feed has every committed event once, numbered without a gap, each record's in the order of its versions."""

import asyncio
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_api.integrations.changes.relay import relay_once, relay_tenant, run_relay
from crm_api.kit import clock, effects
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.models import Customer
from crm_api.parties.customers.resource import customers
from tests.factories.companies import Company


async def feed(company: Company) -> list[dict[str, Any]]:
    """Events in the order of the feed."""
    events = {row["id"]: row for row in await company.rows("events")}
    return [{"position": row["position"], **events[row["event_id"]]} for row in await company.rows("feed")]


async def test_committed_events_get_the_next_positions(company: Company) -> None:
    await relay_tenant(company.served.pool, company.tenant_id)
    before = len(await feed(company))
    made = await company.owner.create("/customers", name="Acme")
    await company.owner.http.patch(f"/customers/{made['id']}", json={"industry": "saas"})
    await company.owner.http.delete(f"/customers/{made['id']}")

    assert await relay_tenant(company.served.pool, company.tenant_id) == 3

    found = await feed(company)
    assert [row["position"] for row in found] == list(range(1, before + 4))
    assert [row["type"] for row in found[before:]] == [
        "customer.created",
        "customer.updated",
        "customer.deleted",
    ]
    assert await company.rows("pending_events") == []
    assert await relay_tenant(company.served.pool, company.tenant_id) == 0


async def test_one_round_serves_every_tenant(company: Company, other_company: Company) -> None:
    await relay_once(company.served.pool)
    for one in (company, other_company):
        assert await one.rows("pending_events") == []
        assert [row["position"] for row in await one.rows("feed")] == list(
            range(1, len(await one.rows("events")) + 1)
        )


async def test_what_is_rolled_back_leaves_no_gap(company: Company) -> None:
    refused = await company.owner.http.post(
        "/customers", json={"name": "Acme", "parent_id": company.tenant_id}
    )
    assert refused.status_code == 422
    await company.owner.create("/customers", name="Acme")
    await relay_tenant(company.served.pool, company.tenant_id)
    assert [row["position"] for row in await feed(company)] == list(range(1, len(await feed(company)) + 1))


async def test_the_order_is_that_of_commits_whatever_the_clocks_say(company: Company) -> None:
    made = await company.owner.create("/customers", name="Acme")
    with clock.frozen(datetime.now(UTC) - timedelta(minutes=5)):
        await company.owner.http.patch(f"/customers/{made['id']}", json={"industry": "saas"})
    await relay_tenant(company.served.pool, company.tenant_id)
    assert [row["version"] for row in await feed(company) if str(row["record_id"]) == made["id"]] == [1, 2]


async def test_a_unit_writes_its_effects_in_one_statement(company: Company, statements: Any) -> None:
    async with statements.counted() as sent:
        await company.owner.create(
            "/products", code="P1", name="Thing", list_price={"amount": "1.00", "currency": "CNY"}
        )
    assert [text for text in sent.sent if "pending_events" in text] == [
        text for text in sent.sent if "INSERT INTO events" in text
    ]


async def write(company: Company, ids: list[str], chance: random.Random, kept: list[str]) -> None:
    """One transaction: a few events, slow or fast, committed or rolled back."""
    principal = Principal(company.tenant_id, company.owner.id, reaches={customers.read: Reach.ALL})
    unit = UnitOfWork(company.served.pool, principal)
    mine = []
    try:
        for _ in range(chance.randint(1, 12)):
            row = Customer.new(id=chance.choice(ids), version=1)
            effect = effects.event(unit, customers, row, "touched", {}, clock.now())
            unit.add(effect)
            mine.append(effect.values["id"])
        await unit.flush()
        await asyncio.sleep(chance.choice((0, 0, 0.001, 0.02, 0.1)))
        if chance.random() < 0.7:
            await unit.commit()
            kept += mine
    finally:
        await unit.close()


@pytest.mark.parametrize("relays", [1, 3])
async def test_nothing_is_lost_between_slow_and_fast_and_failed_transactions(
    company: Company, relays: int
) -> None:
    seed = random.randrange(2**32)
    chance, kept, stop = random.Random(seed), list[str](), asyncio.Event()
    ids = [(await company.owner.create("/customers", name=f"C{n}"))["id"] for n in range(3)]
    read: list[str] = []

    async def follow() -> None:
        """A reader that only ever asks for what comes after the last position it saw."""
        while True:
            done = stop.is_set() and not await company.rows("pending_events")
            rows = await company.rows("feed")
            read.extend(str(row["event_id"]) for row in rows[len(read) :])
            if done:
                return
            await asyncio.sleep(0.005)

    running = [asyncio.create_task(run_relay(company.served.pool, stop)) for _ in range(relays)]
    reader = asyncio.create_task(follow())
    for _ in range(40):
        await asyncio.gather(*(write(company, ids, chance, kept) for _ in range(5)))
        await asyncio.gather(*(relay_tenant(company.served.pool, company.tenant_id) for _ in range(relays)))
    await relay_tenant(company.served.pool, company.tenant_id)
    stop.set()
    await asyncio.gather(*running, reader)

    rows = await company.rows("feed")
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1)), seed
    assert [str(row["event_id"]) for row in rows] == read, seed
    assert len(read) == len(set(read)), seed
    assert set(kept) <= set(read), seed
    assert {str(row["id"]) for row in await company.rows("events")} == set(read), seed


async def test_a_record_is_told_in_the_order_of_its_versions(company: Company) -> None:
    stop = asyncio.Event()
    relays = [asyncio.create_task(run_relay(company.served.pool, stop)) for _ in range(2)]
    ids = [(await company.owner.create("/customers", name=f"C{n}"))["id"] for n in range(4)]

    async def edit(number: int) -> None:
        for turn in range(10):
            body = {"industry": f"{number} {turn}"}
            answer = await company.owner.http.patch(f"/customers/{ids[number % 4]}", json=body)
            assert answer.status_code == 200, answer.text

    await asyncio.gather(*(edit(number) for number in range(8)))
    stop.set()
    await asyncio.gather(*relays)
    await relay_tenant(company.served.pool, company.tenant_id)

    versions = defaultdict(list)
    for row in await feed(company):
        versions[str(row["record_id"])].append(row["version"])
    for record_id in ids:
        assert versions[record_id] == list(range(1, 22))


async def test_the_relay_outlives_the_database(company: Company) -> None:
    class Absent:
        def __getattr__(self, name: str) -> Any:
            raise OSError

    stop = asyncio.Event()
    task = asyncio.create_task(run_relay(Absent(), stop))  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    assert not task.done()
    stop.set()
    await task
