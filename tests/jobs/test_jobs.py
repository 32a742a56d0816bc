"""Jobs as contexts use them: asked for in a transaction, done once, tried again, given up where it is seen."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from crm_api.jobs.port import Retries, enqueue, job, long_job
from crm_api.jobs.runner import Runner, delay
from crm_api.jobs.schedule import tick
from crm_api.jobs.work import Runtime, Work
from crm_api.kit import clock
from crm_api.kit.errors import Invalid
from crm_api.kit.principal import Permission, Principal
from crm_api.kit.uow import UnitOfWork
from tests.factories.companies import Company
from tests.jobs.conftest import ACT, effect, effects

NOW = timedelta(0)


async def _queue(company: Company) -> list[Any]:
    async with company.served.pool.acquire() as connection:
        return await connection.fetch("SELECT * FROM pgqueuer ORDER BY id")


async def test_a_job_runs_once_as_a_named_principal(company: Company, runner: Runner, ask: Any) -> None:
    assert await ask("tests.act", name="a")
    await runner.empty()
    await runner.empty()
    assert await effects(company) == ["a"]
    assert await _queue(company) == []
    [actor] = await company.rows("principals", name="system:tests.act")
    assert actor["kind"] == "system"


async def test_a_rollback_leaves_no_job(company: Company, runner: Runner) -> None:
    unit = UnitOfWork(company.served.pool, Principal(company.tenant_id, company.owner.id))
    assert await enqueue(unit, "tests.act", {"name": "a"})
    await unit.close()
    assert await _queue(company) == []


async def test_outside_a_transaction_nothing_is_enqueued(company: Company, runner: Runner) -> None:
    unit = UnitOfWork(company.served.pool, Principal(company.tenant_id, company.owner.id))
    connection = await unit.transaction()
    await connection.execute("ROLLBACK")
    with pytest.raises(AssertionError, match="inside a transaction"):
        await enqueue(unit, "tests.act", {"name": "a"})
    await unit.close()


async def test_an_unknown_job_and_a_large_one_are_refused(company: Company) -> None:
    unit = UnitOfWork(company.served.pool, Principal(company.tenant_id, company.owner.id))
    with pytest.raises(AssertionError, match="no job is called"):
        await enqueue(unit, "tests.unknown", {})
    with pytest.raises(ValueError, match="at most 8000"):
        await enqueue(unit, "tests.act", {"name": "x" * 8_000})
    await unit.close()


async def test_equal_jobs_are_asked_for_once(company: Company, runner: Runner, ask: Any) -> None:
    assert await ask("tests.act", name="a", options={"dedupe": "same"})
    assert not await ask("tests.act", name="b", options={"dedupe": "same"})
    await runner.empty()
    assert await ask("tests.act", name="c", options={"dedupe": "same"})
    await runner.empty()
    assert await effects(company) == ["a", "c"]


async def test_order_and_delay(company: Company, runner: Runner, ask: Any, declared: Any) -> None:
    order: list[str] = []

    async def note(uow: UnitOfWork, args: Mapping[str, Any]) -> None:
        order.append(args["name"])

    declared(job("tests.note", ACT)(note))
    await ask("tests.note", name="low")
    await ask("tests.note", name="high", options={"priority": 5})
    await ask("tests.note", name="later", options={"run_after": timedelta(hours=1)})
    await Runner(runner._pool, runner._actors, at_once=1).empty()
    assert order == ["high", "low"]
    assert len(await _queue(company)) == 1


async def test_a_failure_is_tried_again_and_leaves_nothing(
    company: Company, runner: Runner, ask: Any, declared: Any
) -> None:
    tries: list[int] = []

    async def third_time(uow: UnitOfWork, args: Mapping[str, Any]) -> None:
        tries.append(1)
        await effect(uow, "a")
        if len(tries) < 3:
            raise RuntimeError("names of customers")

    declared(job("tests.third", ACT, retries=Retries(first=NOW))(third_time))
    await ask("tests.third")
    await runner.empty()
    assert len(tries) == 3
    assert await effects(company) == ["a"]
    assert await company.rows("dead_letters") == []


async def test_a_job_that_always_fails_is_held_where_it_is_seen(
    company: Company, other_company: Company, runner: Runner, ask: Any, declared: Any
) -> None:
    async def fail(uow: UnitOfWork, args: Mapping[str, Any]) -> None:
        raise RuntimeError("names of customers")

    declared(job("tests.fail", ACT, retries=Retries(attempts=2, first=NOW))(fail))
    await ask("tests.fail", name="x")
    await runner.empty()
    assert await _queue(company) == []
    [letter] = await company.rows("dead_letters")
    assert (letter["job"], letter["reason"], letter["status"], letter["starts"]) == (
        "tests.fail",
        "failed",
        "held",
        2,
    )
    assert letter["requested_by"].hex == company.owner.id.replace("-", "")
    assert "RuntimeError" in str(letter["error"])
    assert "names of customers" not in str(letter)
    assert await other_company.rows("dead_letters") == []
    [event] = await company.rows("events", resource="dead_letters")
    assert event["type"] == "dead_letter.held"


async def test_what_is_refused_is_not_tried_again(
    company: Company, runner: Runner, ask: Any, declared: Any
) -> None:
    async def refuse(uow: UnitOfWork, args: Mapping[str, Any]) -> None:
        await effect(uow, "never")
        raise Invalid

    declared(job("tests.refuse", ACT)(refuse))
    await ask("tests.refuse")
    await runner.empty()
    assert await effects(company) == []
    [letter] = await company.rows("dead_letters")
    assert (letter["reason"], letter["starts"]) == ("refused", 1)
    assert letter["error"]["code"] == "validation_failed"


async def test_a_job_may_do_what_its_grants_say(
    company: Company, runner: Runner, ask: Any, declared: Any
) -> None:
    async def act(uow: UnitOfWork, args: Mapping[str, Any]) -> None:
        await effect(uow, "never")

    declared(job("tests.else", Permission("effects", "else"))(act))
    await ask("tests.else")
    await runner.empty()
    assert await effects(company) == []
    [letter] = await company.rows("dead_letters")
    assert letter["error"]["code"] == "forbidden"


async def test_a_job_for_a_person_has_the_rights_they_have_now(
    company: Company, runner: Runner, ask: Any, declared: Any
) -> None:
    seen: list[Principal] = []

    async def look(uow: UnitOfWork, args: Mapping[str, Any]) -> None:
        seen.append(uow.principal)

    declared(job("tests.look", Permission("customers", "create"), for_person=True)(look))
    person = await company.user("account_manager")
    owner = company.owner
    company.owner = person
    await ask("tests.look")
    await runner.empty()
    assert [(p.id, p.roles) for p in seen] == [(person.id, ("account_manager",))]
    await ask("tests.look")
    company.owner = owner
    changed = await owner.http.patch(f"/users/{person.id}", json={"roles": ["executive"]})
    assert changed.status_code == 200, changed.text
    await asyncio.sleep(1.1)
    await runner.empty()
    assert len(seen) == 1
    [letter] = await company.rows("dead_letters")
    assert letter["error"]["code"] == "forbidden"


async def test_a_suspended_company_does_no_work(company: Company, runner: Runner, ask: Any) -> None:
    await ask("tests.act", name="a")
    async with company.served.pool.acquire() as connection:
        await connection.execute("UPDATE tenants SET status = 'suspended' WHERE id = $1", company.tenant_id)
    await runner.empty()
    assert await effects(company) == []
    assert [row["status"] for row in await _queue(company)] == ["queued"]


async def test_a_long_job_commits_piece_by_piece(
    company: Company, runner: Runner, ask: Any, declared: Any
) -> None:
    async def long(work: Work, args: Mapping[str, Any]) -> None:
        done = set(await effects(company))
        for name in "abc":
            if name not in done:
                async with work.unit(ACT) as uow:
                    await effect(uow, name)
            if name == "b" and not done:
                raise RuntimeError

    declared(long_job("tests.long", retries=Retries(first=NOW))(long))
    await ask("tests.long")
    await runner.empty()
    assert await effects(company) == ["a", "b", "c"]


async def test_who_was_overtaken_cannot_commit(
    company: Company, runner: Runner, runtime: Runtime, ask: Any, declared: Any
) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def slow(uow: UnitOfWork, args: Mapping[str, Any]) -> None:
        await effect(uow, "a")
        started.set()
        await go_on.wait()

    declared(job("tests.slow", ACT)(slow))
    await ask("tests.slow")
    zombie = asyncio.create_task(runner.empty())
    await started.wait()
    async with runtime.pool.acquire() as connection:
        await connection.execute("UPDATE pgqueuer SET heartbeat = now() - interval '1 hour'")
    successor = asyncio.create_task(Runner(runtime.pool, runtime.actors).empty())
    await asyncio.sleep(0.2)
    go_on.set()
    await asyncio.gather(zombie, successor)
    assert await effects(company) == ["a"]
    assert await _queue(company) == []


async def test_a_tick_is_taken_once_for_every_company(
    company: Company, other_company: Company, runner: Runner, runtime: Runtime, declared: Any
) -> None:
    async def note(uow: UnitOfWork, args: Mapping[str, Any]) -> None:
        await effect(uow, "tick")

    made = declared(job("tests.tick", ACT, every="*/5 * * * *")(note))
    async with runtime.pool.acquire() as connection:
        await connection.execute("DELETE FROM job_ticks WHERE job = 'tests.tick'")
    now = clock.now()
    taken = await asyncio.gather(*(tick(runtime.pool, runtime.actors, made, now) for _ in range(8)))
    assert sorted(taken) == [False] * 7 + [True]
    assert not await tick(runtime.pool, runtime.actors, made, now - timedelta(minutes=10))
    await runner.empty()
    assert await effects(company) == await effects(other_company) == ["tick"]
    assert await tick(runtime.pool, runtime.actors, made, now + timedelta(minutes=5))


def test_waits_grow_and_are_bounded() -> None:
    retries = Retries(first=timedelta(seconds=2), longest=timedelta(minutes=1))
    for attempts, expected in ((0, 2), (1, 4), (2, 8), (9, 60)):
        waits = {delay(retries, attempts).total_seconds() for _ in range(50)}
        assert len(waits) > 1
        assert all(expected / 2 <= wait <= expected * 1.5 for wait in waits)
