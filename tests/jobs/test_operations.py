"""Operations: asked for, watched, cancelled, held, started again, forgotten."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from starlette.requests import Request

from crm_api.jobs.port import Retries, job, long_job
from crm_api.jobs.runner import Runner
from crm_api.jobs.work import TOLD_EVERY, Work
from crm_api.kit import clock
from crm_api.kit.errors import Invalid
from crm_api.kit.responding import respond
from crm_api.kit.uow import UnitOfWork
from tests.factories.companies import Company
from tests.factories.work import operation
from tests.jobs.conftest import ACT, effect, effects

NOW = timedelta(0)


@pytest.fixture
def counting(declared: Any) -> None:
    """`tests.count` does five pieces."""

    async def count(work: Work, args: Mapping[str, Any]) -> dict[str, int]:
        for piece in range(5):
            await work.progress(piece, 5, "counting")
            async with work.unit(ACT) as uow:
                await effect(uow, str(piece))
        await work.progress(5, 5, "counting")
        return {"counted": 5}

    declared(long_job("tests.count")(count))


async def _get(company: Company, operation_id: str) -> dict[str, Any]:
    answer = await company.owner.http.get(f"/operations/{operation_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_from_202_to_the_result(company: Company, runner: Runner, counting: None) -> None:
    asked = await operation(company, name="tests.count", total=5)
    assert (asked["status"], asked["type"], asked["cancellable"]) == ("queued", "tests.count", True)
    assert asked["progress"] == {"done": 0, "total": 5, "message_code": None}
    assert await _get(company, asked["id"]) == asked
    await runner.empty()
    done = await _get(company, asked["id"])
    assert (done["status"], done["result"], done["error"]) == ("succeeded", {"counted": 5}, None)
    assert done["progress"] == {"done": 5, "total": 5, "message_code": "counting"}
    assert done["created_at"] < done["started_at"] < done["finished_at"] < done["expires_at"]
    assert await effects(company) == list("01234")
    types = [row["type"] for row in await company.rows("events", resource="operations")]
    assert sorted(types) == ["operation.created", "operation.succeeded"]


async def test_the_answer_202_says_where_to_look(company: Company) -> None:
    asked = await operation(company)
    scope = {"type": "http", "method": "POST", "path": "/api/v1/imports", "headers": [], "query_string": b""}
    answer = respond(Request(scope), asked, "request", 202)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/v1/operations/{asked['id']}"
    assert answer.headers["retry-after"] == "1"


async def test_a_job_of_one_unit_reports_in_its_own_commit(
    company: Company, runner: Runner, declared: Any
) -> None:
    async def act(uow: UnitOfWork, args: Mapping[str, Any]) -> dict[str, int]:
        await effect(uow, "a")
        return {"made": 1}

    declared(job("tests.one", ACT)(act))
    asked = await operation(company, name="tests.one")
    await runner.empty()
    assert (await _get(company, asked["id"]))["result"] == {"made": 1}
    assert await effects(company) == ["a"]


async def test_progress_is_written_at_most_once_a_second(
    company: Company, runner: Runner, declared: Any
) -> None:
    versions: list[int] = []

    async def count(work: Work, args: Mapping[str, Any]) -> None:
        for piece in range(200):
            await work.progress(piece, 200)
        versions.append((await _get(company, asked["id"]))["version"])

    declared(long_job("tests.fast")(count))
    asked = await operation(company, name="tests.fast")
    await runner.empty()
    assert versions == [3]  # made, begun, told once


async def test_what_waits_is_cancelled_at_once(company: Company, runner: Runner, counting: None) -> None:
    asked = await operation(company, name="tests.count")
    answer = await company.owner.http.post(f"/operations/{asked['id']}/cancel")
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "cancelled"
    await runner.empty()
    assert await effects(company) == []
    assert (await _get(company, asked["id"]))["status"] == "cancelled"
    again = await company.owner.http.post(f"/operations/{asked['id']}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "operation_finished")


async def test_what_runs_stops_at_its_next_piece(company: Company, runner: Runner, declared: Any) -> None:
    async def count(work: Work, args: Mapping[str, Any]) -> None:
        for piece in range(3):
            await work.progress(piece)
            async with work.unit(ACT) as uow:
                await effect(uow, str(piece))
            if piece == 1:
                answer = await company.owner.http.post(f"/operations/{asked['id']}/cancel")
                assert (answer.json()["status"], answer.json()["cancel_requested"]) == ("running", True)
                await asyncio.sleep(TOLD_EVERY)

    declared(long_job("tests.cancelled")(count))
    asked = await operation(company, name="tests.cancelled")
    await runner.empty()
    assert await effects(company) == ["0", "1"]
    ended = await _get(company, asked["id"])
    assert (ended["status"], ended["progress"]["done"]) == ("cancelled", 2)


async def test_what_must_be_whole_is_not_cancelled(company: Company, runner: Runner, declared: Any) -> None:
    async def whole(work: Work, args: Mapping[str, Any]) -> None:
        answer = await company.owner.http.post(f"/operations/{asked['id']}/cancel")
        assert (answer.status_code, answer.json()["code"]) == (409, "operation_not_cancellable")

    declared(long_job("tests.whole")(whole))
    asked = await operation(company, name="tests.whole", cancellable=False)
    await runner.empty()
    assert (await _get(company, asked["id"]))["status"] == "succeeded"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The data needs correction."), ("zh", "数据需要修改。")]
)
async def test_a_refusal_is_told_in_the_language_of_who_asked(
    company: Company, runner: Runner, declared: Any, language: str, said: str
) -> None:
    async def refuse(work: Work, args: Mapping[str, Any]) -> None:
        raise Invalid.at("/file", "required")

    declared(long_job("tests.refused")(refuse))
    asked = await operation(company, name="tests.refused", language=language)
    await runner.empty()
    ended = await _get(company, asked["id"])
    assert ended["status"] == "failed"
    assert (ended["error"]["code"], ended["error"]["status"]) == ("validation_failed", 422)
    assert ended["error"]["title"] == said
    assert ended["error"]["errors"][0]["pointer"] == "/file"
    assert await company.rows("dead_letters") == []


async def test_what_was_held_is_started_again(company: Company, runner: Runner, declared: Any) -> None:
    sound: list[bool] = []

    async def fail(work: Work, args: Mapping[str, Any]) -> dict[str, int]:
        if not sound:
            raise RuntimeError
        return {"by": 1}

    declared(long_job("tests.held", retries=Retries(attempts=2, first=NOW))(fail))
    asked = await operation(company, name="tests.held")
    await runner.empty()
    ended = await _get(company, asked["id"])
    assert (ended["status"], ended["error"]["code"]) == ("held", "operation_held")
    [letter] = (await company.owner.http.get("/dead-letters?status=held")).json()["data"]
    assert (letter["operation_id"], letter["reason"], letter["starts"]) == (asked["id"], "failed", 2)
    assert letter["error"]["type"] == "builtins.RuntimeError"

    sound.append(True)
    answer = await company.owner.http.post(f"/dead-letters/{letter['id']}/retry")
    assert (answer.status_code, answer.json()["status"]) == (200, "retried"), answer.text
    assert (await _get(company, asked["id"]))["status"] == "queued"
    await runner.empty()
    ended = await _get(company, asked["id"])
    assert (ended["status"], ended["error"], ended["result"]) == ("succeeded", None, {"by": 1})
    again = await company.owner.http.post(f"/dead-letters/{letter['id']}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "dead_letter_settled")


async def test_a_stream_tells_until_it_is_finished(company: Company, runner: Runner, counting: None) -> None:
    asked = await operation(company, name="tests.count")

    async def told() -> list[str]:
        text = (await company.owner.http.get(f"/operations/{asked['id']}/stream")).text
        return [line for line in text.splitlines() if line.startswith(("event", "id"))]

    assert await told() == ["id: 1", "event: progress"]
    await runner.empty()
    version = (await _get(company, asked["id"]))["version"]
    assert await told() == [f"id: {version}", "event: finished"]


async def test_ended_operations_and_old_answers_are_forgotten_after_seven_days(
    company: Company, runner: Runner, counting: None, ask: Any
) -> None:
    old, young = [await operation(company, name="tests.count") for _ in range(2)]
    await runner.empty()
    for key in ("old", "young"):
        await company.owner.http.post("/teams", json={"name": key}, headers={"Idempotency-Key": key})
    before = clock.now() - timedelta(days=7, seconds=1)
    async with company.served.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL app.tenant_id = '{company.tenant_id}'")
        await connection.execute("UPDATE operations SET expires_at = $1 WHERE id = $2", before, old["id"])
        await connection.execute("UPDATE idempotent_answers SET created_at = $1 WHERE key = 'old'", before)
    await ask("operations.expire")
    await runner.empty()
    assert [str(row["id"]) for row in await company.rows("operations")] == [young["id"]]
    assert [row["key"] for row in await company.rows("idempotent_answers")] == ["young"]


async def test_the_queue_is_seen_in_the_metrics(company: Company, runner: Runner, ask: Any) -> None:
    await ask("tests.act", name="a")
    await runner.empty()
    await ask("tests.act", name="b")
    text = (await company.owner.http.get("http://crm.test/metrics")).text
    assert 'crm_jobs_queued{job="tests.act"} 1.0' in text
    assert 'crm_jobs_running{job="tests.act"} 0.0' in text
    assert 'crm_jobs_ended_last_hour{job="tests.act",outcome="done"}' in text
