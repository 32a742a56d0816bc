"""Approvers who let the hours of a node pass: reminded once, then their superior is asked, once."""

import asyncio
from datetime import timedelta
from typing import Any

from crm_api.kit import clock
from crm_api.kit.uow import UnitOfWork
from crm_api.worker import actors_of
from crm_api.workflow.approvals.jobs import chase
from tests.factories.approvals import Office, users
from tests.factories.deals import faults

HOURS = {"remind_after_hours": 24, "escalate_after_hours": 48}


async def pass_hours(office: Office, hours: int, workers: int = 1) -> None:
    """What the job does so many hours from now."""
    pool = office.company.served.pool
    actors = actors_of(pool, office.company.served.app.state.authentication)

    async def run() -> None:
        unit = UnitOfWork(pool, await actors.system(office.company.tenant_id, chase.name), chase.permission)
        try:
            await chase.run(unit, {})
            await unit.commit()
        finally:
            await unit.close()

    with clock.frozen(clock.now() + timedelta(hours=hours)):
        await asyncio.gather(*(run() for _ in range(workers)))


async def found(office: Office, path: str) -> tuple[dict[str, Any], list[str]]:
    record = (await office.company.owner.http.get(path)).json()
    events = await office.company.rows("events", record_id=record["id"])
    return record, [event["type"].removeprefix("approval.") for event in events[1:]]


async def test_reminded_once_then_escalated_once_up_the_chain(office: Office) -> None:
    path = await office.submitted({**users("all", office.clerk, office.outsider), **HOURS})
    quiet = await office.submitted(users("all", office.clerk))
    await pass_hours(office, 23)
    assert (await found(office, path))[1] == []
    await pass_hours(office, 25, workers=3)
    await pass_hours(office, 25)
    record, told = await found(office, path)
    assert told == ["reminded"]
    assert all(step["reminded_at"] for step in record["steps"])
    await pass_hours(office, 49, workers=3)
    await pass_hours(office, 49)
    record, told = await found(office, path)
    assert told == ["reminded", "escalated"]
    # the outsider has no superior and stays asked
    assert record["approver_ids"] == [office.boss.id, office.outsider.id]
    late, instead, other = record["steps"]
    assert (late["status"], instead["for_id"], other["status"]) == ("escalated", office.clerk.id, "pending")
    # whose time begins when they are asked
    await pass_hours(office, 72)
    assert (await found(office, path))[1] == ["reminded", "escalated"]
    await pass_hours(office, 49 + 25)
    await pass_hours(office, 49 + 49)
    record, told = await found(office, path)
    assert told == ["reminded", "escalated", "reminded", "escalated"]
    assert record["approver_ids"] == [office.chief.id, office.outsider.id]
    for person in (office.outsider, office.chief):
        assert (await person.http.post(f"{path}/approve")).status_code == 200
    await pass_hours(office, 1000)
    record, told = await found(office, path)
    assert (record["status"], len(told)) == ("approved", 6)
    assert (await found(office, quiet))[1] == []


async def test_who_has_decided_is_not_chased(office: Office) -> None:
    path = await office.submitted(
        {**users("sequential", office.clerk, office.boss), "escalate_after_hours": 1}
    )
    assert (await office.clerk.http.post(f"{path}/approve")).status_code == 200
    await pass_hours(office, 2)
    record, told = await found(office, path)
    assert told == ["advanced", "escalated"], "without a reminder"
    assert [step["status"] for step in record["steps"]] == ["approved", "escalated", "pending"]
    assert record["approver_ids"] == [office.chief.id]


async def test_nobody_is_asked_instead_before_they_were_reminded(office: Office) -> None:
    node = {**users("any", office.boss), "remind_after_hours": 8, "escalate_after_hours": 8}
    body = {"name": "x", "resource": "contracts", "nodes": [node]}
    refused = await office.company.owner.http.post("/approval-flows", json=body)
    assert faults(refused) == [("/nodes/0/escalate_after_hours", "out_of_range")]
