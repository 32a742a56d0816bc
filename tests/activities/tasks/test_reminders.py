"""A reminder is fired once: by one of several workers, and wherever one of them dies."""

import asyncio
from datetime import timedelta

from crm_api.activities.tasks.jobs import remind
from crm_api.activities.tasks.resource import REMIND
from crm_api.jobs.port import enqueue
from crm_api.jobs.runner import Runner
from crm_api.jobs.schedule import tick
from crm_api.kit import clock
from crm_api.kit.principal import Principal
from crm_api.kit.uow import UnitOfWork
from crm_api.worker import actors_of
from tests.factories.companies import Company

PAST, FUTURE = "2026-01-01T00:00:00Z", "2199-01-01T00:00:00Z"


def worker(company: Company) -> Runner:
    pool = company.served.pool
    return Runner(pool, actors_of(pool, company.served.app.state.authentication), lease=timedelta(seconds=2))


async def ask(company: Company) -> None:
    unit = UnitOfWork(company.served.pool, Principal(company.tenant_id, company.owner.id))
    try:
        await enqueue(unit, remind.name, {})
        await unit.commit()
    finally:
        await unit.close()


async def reminded(company: Company, task_id: str) -> int:
    return len(await company.rows("events", record_id=task_id, type="task.reminded"))


async def test_each_reminder_is_fired_once(company: Company) -> None:
    owner, http = company.owner, company.owner.http
    due = [(await owner.create("/tasks", title=f"{n}", remind_at=PAST))["id"] for n in range(5)]
    ended = (await owner.create("/tasks", title="done", remind_at=PAST))["id"]
    await http.post(f"/tasks/{ended}/cancel")
    gone = (await owner.create("/tasks", title="gone", remind_at=PAST))["id"]
    await http.delete(f"/tasks/{gone}")
    quiet = [ended, gone, (await owner.create("/tasks", title="later", remind_at=FUTURE))["id"]]

    for _ in range(3):
        await ask(company)
    await asyncio.gather(*(worker(company).empty() for _ in range(2)))
    assert [await reminded(company, task) for task in (*due, *quiet)] == [1] * 5 + [0] * 3
    shown = (await http.get(f"/tasks/{due[0]}")).json()
    assert (shown["version"], shown["status"]) == (2, "open")
    assert shown["reminded_at"] is not None
    [actor] = await company.rows("principals", name="system:tasks.remind")
    assert shown["updated_by"] == str(actor["id"])

    # put off, it reminds anew; changed in another way, it does not
    await http.patch(f"/tasks/{due[0]}", json={"remind_at": "2026-01-02T00:00:00Z"})
    assert (await http.get(f"/tasks/{due[0]}")).json()["reminded_at"] is None
    await http.patch(f"/tasks/{due[1]}", json={"title": "other"})
    await ask(company)
    await worker(company).empty()
    assert [await reminded(company, task) for task in due] == [2, 1, 1, 1, 1]


async def test_a_worker_that_dies_before_the_commit_has_told_nobody(company: Company) -> None:
    task = (await company.owner.create("/tasks", title="x", remind_at=PAST))["id"]
    pool = company.served.pool
    actors = actors_of(pool, company.served.app.state.authentication)
    me = await actors.system(company.tenant_id, remind.name)
    first, second = UnitOfWork(pool, me, REMIND), UnitOfWork(pool, me, REMIND)
    try:
        await remind.run(first, {})
        await remind.run(second, {})  # meanwhile: it waits for nobody, and finds nothing
        await second.commit()
    finally:
        await second.close()
        await first.close()
    assert await reminded(company, task) == 0
    assert (await company.owner.http.get(f"/tasks/{task}")).json()["reminded_at"] is None
    await ask(company)
    await worker(company).empty()
    assert await reminded(company, task) == 1


async def test_it_is_looked_for_every_minute(company: Company) -> None:
    task = (await company.owner.create("/tasks", title="x", remind_at=PAST))["id"]
    pool = company.served.pool
    actors, now = actors_of(pool, company.served.app.state.authentication), clock.now()
    async with pool.acquire() as connection:
        await connection.execute("DELETE FROM job_ticks WHERE job = 'tasks.remind'")
    assert await tick(pool, actors, remind, now)
    assert not await tick(pool, actors, remind, now)
    await worker(company).empty()
    assert await reminded(company, task) == 1
    assert await tick(pool, actors, remind, now + timedelta(minutes=1))
    await worker(company).empty()
    assert await reminded(company, task) == 1
