"""Every event a webhook is for arrives at least once, signed, with the same id in every try; nothing gets stuck."""

import asyncio
import random
import resource
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

import webhook_receiver
from crm_api.integrations.webhooks.delivering import retry_after
from crm_api.integrations.webhooks.pace import DAY, HOUR, Pace
from crm_api.jobs.work import Runtime
from crm_api.kit import clock
from tests.factories import peers
from tests.factories.companies import Company
from tests.factories.peers import Peer, Received, answering, inside
from tests.integrations.webhooks.conftest import SOON, Make, Works, verified, working


async def deliveries(company: Company, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    """As the log shows them, the oldest first."""
    answer = await company.owner.http.get(
        f"/webhooks/{webhook['id']}/deliveries", params={"sort": "created_at"}
    )
    return list(answer.json()["data"])


async def shown(company: Company, webhook: dict[str, Any]) -> dict[str, Any]:
    return dict((await company.owner.http.get(f"/webhooks/{webhook['id']}")).json())


async def test_a_change_arrives_as_it_happened(company: Company, works: Works, hook: Make) -> None:
    async with inside() as there:
        made = await hook(there, "customer.*")
        customer = await company.owner.create("/customers", name="Acme")
        await company.owner.http.patch(f"/customers/{customer['id']}", json={"industry": "saas"})
        await works.everything()
    bodies = sorted(
        (verified(request, made["secret"]) for request in there.requests), key=lambda b: b["timestamp"]
    )
    assert [body["type"] for body in bodies] == ["customer.created", "customer.updated"]
    [event] = await company.rows("events", type="customer.updated")
    assert bodies[1] == {
        "id": str(event["id"]),
        "type": "customer.updated",
        "timestamp": event["created_at"].isoformat().replace("+00:00", "Z"),
        "api_version": "v1",
        "tenant_id": company.tenant_id,
        "actor": {"id": company.owner.id, "kind": "user", "name": bodies[1]["actor"]["name"]},
        "data": {
            "object": {"type": "customer", "id": customer["id"], "version": 2},
            "changes": {"industry": {"from": None, "to": "saas"}},
            "redacted": [],
        },
    }
    request = there.requests[0]
    assert request.line == "POST /hook HTTP/1.1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == verified(request, made["secret"])["id"]


async def test_thin_tells_which_record_and_nothing_of_it(company: Company, works: Works, hook: Make) -> None:
    async with inside() as there:
        made = await hook(there, "customer.created", payload="thin")
        customer = await company.owner.create("/customers", name="Acme")
        await works.everything()
        body = verified(there.requests[0], made["secret"])
    assert (body["actor"], body["data"]) == (
        None,
        {
            "object": {"type": "customer", "id": customer["id"], "version": 1},
            "changes": None,
            "redacted": [],
        },
    )
    assert b"Acme" not in there.requests[0].body


async def test_a_changed_body_does_not_verify(company: Company, works: Works, hook: Make) -> None:
    async with inside() as there:
        made = await hook(there, "customer.created")
        await company.owner.create("/customers", name="Acme")
        await works.everything()
    [request] = there.requests
    for tampered in (
        request.__class__(request.line, request.headers, request.body + b" ", request.at),
        request.__class__(request.line, {**request.headers, "webhook-id": "x"}, request.body, request.at),
    ):
        with pytest.raises(WebhookVerificationError):
            verified(tampered, made["secret"])


async def test_it_begins_with_what_happens_next(company: Company, works: Works, hook: Make) -> None:
    await company.owner.create("/customers", name="Before")
    await works.take_up()
    async with inside() as there:
        made = await hook(there)
        path = f"/webhooks/{made['id']}"
        await company.owner.create("/customers", name="First")
        await works.everything()
        await company.owner.http.patch(path, json={"active": False})
        await company.owner.create("/customers", name="While off")
        await works.everything()
        await company.owner.http.patch(path, json={"active": True})
        await company.owner.create("/customers", name="Last")
        await works.everything()
    names = [verified(r, made["secret"])["data"]["changes"]["name"]["to"] for r in there.requests]
    assert names == ["First", "Last"]


async def test_a_filter_chooses_records(company: Company, works: Works, hook: Make) -> None:
    async with inside() as there:
        await hook(
            there,
            "customer.*",
            "team.*",
            filters={"customer": {"field": "industry", "op": "eq", "value": "saas"}},
        )
        await company.owner.create("/customers", name="A", industry="saas")
        await company.owner.create("/customers", name="B", industry="steel")
        await company.owner.create("/teams", name="T")
        await works.everything()
    types = sorted(
        request.body.decode().partition('"type":"')[2].partition('"')[0] for request in there.requests
    )
    assert types == ["customer.created", "team.created"]


async def test_a_failure_is_tried_again_with_the_same_id(company: Company, works: Works, hook: Make) -> None:
    answers = iter([500, 302, 404])

    async def behave(there: Peer, request: Received, writer: asyncio.StreamWriter) -> None:
        await answering(next(answers, 200), "Location: http://127.0.0.1/")(there, request, writer)

    async with inside(behave) as there:
        made = await hook(there)
        await company.owner.create("/customers", name="Acme")
        await works.take_up()
        for _ in range(8):
            await works.send()
            await asyncio.sleep(0.02)
        assert len({request.headers["webhook-id"] for request in there.requests}) == 1
        assert {verified(request, made["secret"])["type"] for request in there.requests} == {
            "customer.created"
        }
    [delivery] = await deliveries(company, made)
    assert (delivery["status"], delivery["attempts"]) == ("delivered", 4)
    assert [entry["response_status"] for entry in delivery["tries"]] == [500, 302, 404, 200]
    assert [entry["error"] for entry in delivery["tries"]] == ["http_status"] * 3 + [None]
    [row] = await company.rows("webhooks")
    assert (row["failures"], row["failing_since"], row["resting_until"]) == (0, None, None)


async def test_out_of_tries_is_a_dead_letter_that_can_be_sent_once_more(
    company: Company, works: Works, hook: Make
) -> None:
    well = [False]

    async def behave(there: Peer, request: Received, writer: asyncio.StreamWriter) -> None:
        await answering(200 if well[0] else 503)(there, request, writer)

    async with inside(behave) as there:
        made = await hook(there)
        await company.owner.create("/customers", name="Acme")
        await works.take_up()
        for _ in range(8):
            await works.send()
            await asyncio.sleep(0.02)
        path = f"/webhooks/{made['id']}/deliveries"
        [dead] = (await company.owner.http.get(path, params={"status": "failed"})).json()["data"]
        assert (dead["attempts"], dead["next_attempt_at"], dead["error"]) == (4, None, "http_status")
        well[0] = True
        again = await company.owner.http.post(f"{path}/{dead['id']}/retry")
        assert (again.status_code, again.json()["status"], again.json()["attempts"]) == (202, "pending", 0)
        await works.send()
        assert (await company.owner.http.get(path, params={"status": "failed"})).json()["data"] == []
    [delivery] = await deliveries(company, made)
    assert (delivery["status"], len(delivery["tries"])) == ("delivered", 5)
    assert {request.headers["webhook-id"] for request in there.requests} == {delivery["event_id"]}


async def test_gone_switches_it_off(company: Company, works: Works, hook: Make) -> None:
    async with inside(answering(410)) as there:
        made = await hook(there)
        watching = await hook(there, "webhook.disabled")
        await company.owner.create("/customers", name="Acme")
        await works.everything()
        webhook = await shown(company, made)
        assert (webhook["active"], webhook["disabled_reason"]) == (False, "gone")
        assert len(there.requests) == 1
        [event] = await company.rows("events", type="webhook.disabled")
        assert event["changes"]["disabled_reason"] == {"from": None, "to": "gone"}
        [actor] = await company.rows("principals", id=event["actor_id"])
        assert actor["name"] == "system:webhooks"
        await works.take_up()
        assert [row["type"] for row in await deliveries(company, watching)] == ["webhook.disabled"]
        # on again: a clean slate
        on = await company.owner.http.patch(f"/webhooks/{made['id']}", json={"active": True})
        assert (on.json()["disabled_at"], on.json()["disabled_reason"]) == (None, None)


async def set_back(company: Company, assignment: str) -> None:
    """Let time have passed for the webhooks of a company."""
    async with company.served.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL app.tenant_id = '{company.tenant_id}'")
        await connection.execute(f"UPDATE webhooks SET {assignment}")


async def test_three_days_of_failure_switch_it_off(company: Company, runtime: Runtime, hook: Make) -> None:
    pace = Pace(schedule=(0.0,) * 9, spread=0, rest_after=100)
    async with inside(answering(500)) as there, working(company, runtime, pace) as works:
        made = await hook(there)
        await company.owner.create("/customers", name="Acme")
        await works.everything()
        assert (await shown(company, made))["active"] is True
        await set_back(company, "failing_since = failing_since - interval '3 days'")
        await company.owner.create("/customers", name="Other")
        await works.everything()
        assert (await shown(company, made))["disabled_reason"] == "failing"
        count = len(there.requests)
        await works.send()
        assert len(there.requests) == count


async def test_a_webhook_that_only_fails_rests(company: Company, runtime: Runtime, hook: Make) -> None:
    pace = Pace(schedule=(0,) * 50, lease=5, rest_after=5, rest=60, poll=0.05)
    async with inside(answering(500)) as there, working(company, runtime, pace) as works:
        await hook(there)
        for n in range(10):
            await company.owner.create("/customers", name=f"C{n}")
        await works.everything()
        # those under way when the fifth failed end too
        assert 5 <= len(there.requests) <= 8
        count = len(there.requests)
        await works.send()
        assert len(there.requests) == count
        await set_back(company, "resting_until = now() - interval '1 s'")
        await works.send()
        # one finds out whether the others are worth a try
        assert len(there.requests) == count + 1


async def test_one_that_hangs_delays_no_other(company: Company, runtime: Runtime, hook: Make) -> None:
    async with inside(peers.hang) as slow, inside() as quick, working(company, runtime, seconds=8) as works:
        await hook(slow)
        await hook(quick)
        for n in range(20):
            await company.owner.create("/customers", name=f"C{n}")
        await works.take_up()
        started = asyncio.get_running_loop().time()
        running = asyncio.create_task(works.sender.run(runtime))
        while len(quick.requests) < 20:
            await asyncio.sleep(0.05)
            assert asyncio.get_running_loop().time() - started < 7.5
        assert len(slow.requests) == 4  # at once, and no more
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (peers.hang, "timeout"),
        (peers.cut_after_headers, "protocol"),
        (peers.nonsense, "protocol"),
        (peers.endless_headers, "protocol"),
        (peers.redirect("http://127.0.0.1:1/"), "http_status"),
    ],
)
async def test_a_bad_peer_costs_one_try(
    company: Company, runtime: Runtime, hook: Make, behaviour: peers.Behaviour, error: str
) -> None:
    pace = SOON.model_copy(update={"schedule": (0.0, 3600.0)})
    async with inside(behaviour) as there, working(company, runtime, pace, seconds=1.5) as works:
        made = await hook(there)
        await company.owner.create("/customers", name="Acme")
        await works.everything()
    [delivery] = await deliveries(company, made)
    assert (delivery["status"], delivery["error"], delivery["attempts"]) == ("pending", error, 1)
    assert len(there.requests) == 1


async def test_a_gigabyte_of_answer_is_not_read(company: Company, works: Works, hook: Make) -> None:
    async with inside(peers.endless_body) as there:
        made = await hook(there)
        for n in range(8):
            await company.owner.create("/customers", name=f"C{n}")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        await works.everything()
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
    assert {row["status"] for row in await deliveries(company, made)} == {"delivered"}
    assert there.sent < 8 * 16 * 1024 * 1024


async def test_a_url_is_checked_again_at_every_try(company: Company, runtime: Runtime, hook: Make) -> None:
    """An address that was opened when it was made, and is not any more."""
    pace = SOON.model_copy(update={"schedule": (0.0, 3600.0)})
    async with inside() as there, working(company, runtime, pace) as works:
        made = await hook(there)
        await company.owner.create("/customers", name="Acme")
        await works.take_up()
        works.sender.outbound._allowed.networks.clear()
        await works.send()
        assert there.requests == []
    [delivery] = await deliveries(company, made)
    assert (delivery["status"], delivery["error"]) == ("pending", "url_address_forbidden")


async def test_retry_after_is_honoured(company: Company, works: Works, hook: Make) -> None:
    async with inside(answering(429, "Retry-After: 600")) as there:
        made = await hook(there)
        await company.owner.create("/customers", name="Acme")
        await works.everything()
    [row] = await company.rows("webhook_deliveries", webhook_id=made["id"])
    assert 590 < (row["next_attempt_at"] - row["last_attempt_at"]).total_seconds() <= 600


def test_the_schedule_is_ten_tries_in_three_days() -> None:
    pace = Pace()
    assert len(pace.schedule) == 10
    assert sum(pace.schedule) * (1 + pace.spread) >= 3 * DAY
    for attempts in range(1, 10):
        wait = pace.wait_after(attempts, None)
        assert wait is not None
        assert abs(wait.total_seconds() / pace.schedule[attempts] - 1) <= 0.2
    assert pace.wait_after(10, None) is None
    assert pace.wait_after(1, HOUR).total_seconds() == HOUR  # type: ignore[union-attr]
    assert pace.wait_after(1, 9 * DAY).total_seconds() == DAY  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("120", 120), ("0", 0), ("", None), ("soon", None), ("-5", None), ("9" * 30, 999999999)],
)
def test_retry_after_in_seconds(text: str, expected: float | None) -> None:
    assert retry_after(text) == expected


def test_retry_after_as_a_date() -> None:
    with clock.frozen(datetime(2026, 1, 1, tzinfo=UTC)):
        assert retry_after("Thu, 01 Jan 2026 00:02:00 GMT") == 120


async def test_both_secrets_sign_while_they_overlap(company: Company, works: Works, hook: Make) -> None:
    async with inside() as there:
        made = await hook(there)
        path = f"/webhooks/{made['id']}/rotate-secret"
        rotated = (await company.owner.http.post(path, json={"overlap_hours": 2})).json()
        assert rotated["secret"] != made["secret"]
        assert rotated["previous_secret_until"] is not None
        await company.owner.create("/customers", name="Acme")
        await works.everything()
        [request] = there.requests
        assert len(request.headers["webhook-signature"].split()) == 2
        assert verified(request, made["secret"]) == verified(request, rotated["secret"])
        last = (await company.owner.http.post(path, json={"overlap_hours": 0})).json()
        assert last["previous_secret_until"] is None
        await company.owner.create("/customers", name="Other")
        await works.everything()
        verified(there.requests[1], last["secret"])
        for old in (made, rotated):
            with pytest.raises(WebhookVerificationError):
                verified(there.requests[1], old["secret"])


async def test_a_range_can_be_replayed(company: Company, works: Works, hook: Make) -> None:
    for name in ("A", "B", "C"):
        await company.owner.create("/customers", name=name)
    await works.take_up()
    rows = await company.rows("feed")
    places = {str(row["event_id"]): row["position"] for row in rows}
    created = {places[str(row["id"])]: row for row in await company.rows("events", type="customer.created")}
    first, second, third = sorted(created)
    async with inside() as there:
        made = await hook(there, "customer.created")
        await company.owner.create("/customers", name="D")
        await works.everything()
        path = f"/webhooks/{made['id']}/replay"
        asked = await company.owner.http.post(path, json={"after": first, "until": third})
        assert (asked.status_code, asked.json()) == (202, {"after": first, "until": third})
        running = await company.owner.http.post(path, json={"after": 0})
        assert (running.status_code, running.json()["code"]) == (409, "replay_running")
        await works.everything()
        sent = [request.headers["webhook-id"] for request in there.requests[1:]]
        assert sorted(sent) == sorted(str(created[place]["id"]) for place in (second, third))
        # by time, and what was sent before is sent once more with the id it had
        at = created[second]["created_at"].isoformat()
        await company.owner.http.post(path, json={"from": at})
        await works.everything()
        again = [request.headers["webhook-id"] for request in there.requests[3:]]
        assert sorted(again) == sorted([*sent, there.requests[0].headers["webhook-id"]])
        await company.owner.http.post(path, json={"after": first, "until": first})
        await works.everything()
        assert len(there.requests) == 6


async def test_two_workers_send_each_event_once(company: Company, runtime: Runtime, hook: Make) -> None:
    async with (
        inside() as there,
        working(company, runtime) as one,
        working(company, runtime) as other,
    ):
        await hook(there)
        for n in range(30):
            await company.owner.create("/customers", name=f"C{n}")
        await asyncio.gather(one.take_up(), other.take_up())
        await asyncio.gather(one.send(), other.send())
        ids = [request.headers["webhook-id"] for request in there.requests]
        assert (len(ids), len(set(ids))) == (30, 30)


async def test_a_late_worker_writes_nothing(
    company: Company, works: Works, runtime: Runtime, hook: Make
) -> None:
    """One that slept past its lease, while another took the delivery over."""
    started, awake = asyncio.Event(), asyncio.Event()

    async def behave(there: Peer, request: Received, writer: asyncio.StreamWriter) -> None:
        if not started.is_set():
            started.set()
            await awake.wait()
            await answering(500)(there, request, writer)
        else:
            await answering(200)(there, request, writer)

    pace = SOON.model_copy(update={"lease": 0.2})
    async with inside(behave) as there, working(company, runtime, pace, seconds=10) as slow:
        made = await hook(there)
        await company.owner.create("/customers", name="Acme")
        await works.take_up()
        sleeping = asyncio.create_task(slow.send())
        await started.wait()
        await asyncio.sleep(0.4)
        await works.send()
        awake.set()
        await sleeping
    [delivery] = await deliveries(company, made)
    assert (delivery["status"], delivery["response_status"]) == ("delivered", 200)
    assert len(there.requests) == 2


async def test_half_of_all_answers_failing_loses_nothing(
    company: Company, runtime: Runtime, hook: Make
) -> None:
    chance = random.Random(7)

    async def behave(there: Peer, request: Received, writer: asyncio.StreamWriter) -> None:
        failing = (answering(500), peers.cut_at_once, peers.nonsense)
        await (chance.choice(failing) if chance.random() < 0.5 else peers.well)(there, request, writer)

    pace = Pace(schedule=(0.0, *[0.01] * 40), lease=5, rest_after=5, rest=0.05, poll=0.05)
    async with inside(behave) as there, working(company, runtime, pace) as works:
        made = await hook(there)
        for n in range(25):
            await company.owner.create("/customers", name=f"C{n}")
        await works.take_up()
        for _ in range(60):
            await works.send()
            await asyncio.sleep(0.05)
            if all(row["status"] == "delivered" for row in await deliveries(company, made)):
                break
        expected = {str(row["id"]) for row in await company.rows("events", type="customer.created")}
        assert {request.headers["webhook-id"] for request in there.requests} == expected
        assert {row["event_id"] for row in await deliveries(company, made)} == expected


async def test_the_example_takes_each_event_once(
    company: Company, works: Works, hook: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with inside() as there:
        made = await hook(there)
        await company.owner.create("/customers", name="Acme")
        await works.everything()
    [request] = there.requests
    monkeypatch.setattr(webhook_receiver, "verifier", Verifier(made["secret"]))
    receiver = httpx.AsyncClient(transport=httpx.ASGITransport(webhook_receiver.app), base_url="http://there")
    async with receiver:
        for _ in range(2):
            answer = await receiver.post("/crm", content=request.body, headers=request.headers)
            assert answer.status_code == 204
        forged = await receiver.post(
            "/crm",
            content=request.body + b" ",
            headers={**request.headers, "content-length": str(len(request.body) + 1)},
        )
        assert forged.status_code == 401
    assert list(webhook_receiver.taken) == [request.headers["webhook-id"]]
