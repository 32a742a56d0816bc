"""From deliveries to the other side: claim, send outside any transaction, tell how it ended.

A delivery is leased while it is sent. A process that dies in between leaves the lease to run out, and the event is
sent once more with the same id: at least once, never none.
"""

import asyncio
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, NamedTuple

import structlog

from crm_api import __version__
from crm_api.encryption import Cipher, Place
from crm_api.integrations.changes.stretches import stretch
from crm_api.integrations.webhooks.fan_out import look, switch_off
from crm_api.integrations.webhooks.models import DeliveryStatus, Disabled
from crm_api.integrations.webhooks.pace import Pace
from crm_api.integrations.webhooks.patterns import PING
from crm_api.integrations.webhooks.repository import DeliveryRepository, Outcome, WebhookRepository, Work
from crm_api.integrations.webhooks.resource import webhooks
from crm_api.integrations.webhooks.signing import envelope, ping_of, signed
from crm_api.jobs.work import Runtime, committed
from crm_api.kit import clock
from crm_api.kit.errors import Forbidden
from crm_api.kit.failpoints import failpoint
from crm_api.kit.principal import Principal
from crm_api.kit.uow import UnitOfWork
from crm_api.outbound import Failed, Outbound, Refused, Reply

PER_WEBHOOK, WEBHOOKS_AT_ONCE = 4, 256
END_SECONDS = 5.0
GONE = 410
_log = structlog.get_logger("crm_api")


class Claim(NamedTuple):
    """A delivery in hand: everything that sending it needs. Without a body there is nothing to send any more."""

    id: str
    attempts: int
    leased_until: datetime
    event_id: str
    url: str
    secrets: list[str]
    body: bytes | None


class Sender:
    """Sends deliveries; one for the whole process."""

    def __init__(self, cipher: Cipher, outbound: Outbound, pace: Pace) -> None:
        self.cipher, self.outbound, self.pace = cipher, outbound, pace

    async def run(self, runtime: Runtime) -> None:
        """Deliver what is due until everything stops; no webhook waits for another."""
        running: dict[str, asyncio.Task[None]] = {}
        while not runtime.stopping.is_set():
            for work in await look(runtime):
                if work.due and work.webhook_id not in running and len(running) < WEBHOOKS_AT_ONCE:
                    task = asyncio.create_task(self.deliver(runtime, work))
                    running[work.webhook_id] = task
                    task.add_done_callback(partial(_forget, running, work.webhook_id))
            await runtime.pause(self.pace.poll)
        if running:
            await asyncio.wait(running.values(), timeout=END_SECONDS)

    async def deliver(self, runtime: Runtime, work: Work) -> None:
        """Everything that is due for one webhook, four at a time."""

        async def drain() -> None:
            while not runtime.stopping.is_set() and await self.deliver_one(runtime, work):
                continue

        for found in await asyncio.gather(*(drain() for _ in range(PER_WEBHOOK)), return_exceptions=True):
            if isinstance(found, Exception):
                _log.error("webhook_delivery_failed", webhook=work.webhook_id, exc_info=found)

    async def deliver_one(self, runtime: Runtime, work: Work) -> bool:
        """Claim, send and record one delivery; False when none is due."""
        try:
            person = await runtime.actors.person(work.tenant_id, work.acts_as_id)
        except Forbidden:
            await switch_off(runtime, work, Disabled.BARRED)
            return False
        async with committed(UnitOfWork(runtime.pool, person), None) as uow:
            claim = await self._claim(uow, work.webhook_id)
        if claim is None:
            return False
        failpoint("webhook.claimed")
        outcome = await self._send(claim)
        failpoint("webhook.sent")
        await self._record(runtime, work, claim, outcome)
        return True

    async def _claim(self, uow: UnitOfWork, webhook_id: str) -> Claim | None:
        repository, deliveries = WebhookRepository(uow), DeliveryRepository(uow)
        webhook = await repository.hold(webhook_id, wait=True)
        if webhook is None or not webhook["rested"] or webhook["acts_as_id"] != uow.principal.id:
            return None
        # after a rest one delivery finds out whether the others are worth a try
        most = PER_WEBHOOK if webhook["failures"] < self.pace.rest_after else 1
        if await deliveries.under_way(webhook_id) >= most:
            return None
        found = await deliveries.claim(webhook_id, self.pace.lease_time)
        if found is None:
            return None
        tenant = uow.principal.tenant_id
        change = await _change(uow, webhook_id, found)
        return Claim(
            id=found["id"],
            attempts=found["attempts"],
            leased_until=found["leased_until"],
            event_id=found["event_id"],
            url=webhook["url"],
            secrets=self._secrets(tenant, webhook_id, webhook),
            body=envelope(tenant, change, webhook["payload"]) if change else None,
        )

    def _secrets(self, tenant: str, webhook_id: str, webhook: Any) -> list[str]:
        names = ["secret", *(["previous_secret"] if webhook["previous_is_current"] else [])]
        places = {name: Place(tenant, webhooks.name, name, webhook_id) for name in names}
        return [self.cipher.open(webhook[name], place).decode() for name, place in places.items()]

    async def _send(self, claim: Claim) -> Outcome:
        if claim.body is None:
            return Outcome(DeliveryStatus.DROPPED, None, "not_visible", 0, None)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"crm-api/{__version__}",
            **signed(claim.secrets, claim.event_id, clock.now(), claim.body),
        }
        started = time.perf_counter()
        answer: Reply | str
        try:
            answer = await self.outbound.send("POST", claim.url, content=claim.body, headers=headers)
        except (Failed, Refused) as failure:
            answer = failure.code
        return self._outcome(answer, claim.attempts, round((time.perf_counter() - started) * 1000))

    def _outcome(self, answer: Reply | str, attempts: int, milliseconds: int) -> Outcome:
        status = None if isinstance(answer, str) else answer.status
        if status is not None and 200 <= status < 300:
            return Outcome(DeliveryStatus.DELIVERED, status, None, milliseconds, None)
        asked = None if isinstance(answer, str) else retry_after(answer.headers.get("retry-after", ""))
        wait = None if status == GONE else self.pace.wait_after(attempts, asked)
        left = DeliveryStatus.FAILED if wait is None else DeliveryStatus.PENDING
        error = answer if isinstance(answer, str) else "http_status"
        return Outcome(left, status, error, milliseconds, wait)

    async def _record(self, runtime: Runtime, work: Work, claim: Claim, outcome: Outcome) -> None:
        system = Principal(work.tenant_id, work.tenant_id, kind="system")
        seconds = 0.0
        async with committed(UnitOfWork(runtime.pool, system), None) as uow:
            repository = WebhookRepository(uow)
            if not await DeliveryRepository(uow).record(claim.id, claim.leased_until, outcome):
                return
            if outcome.status is DeliveryStatus.DELIVERED:
                await repository.succeeded(work.webhook_id)
            elif outcome.status is not DeliveryStatus.DROPPED:
                failures, seconds = await repository.failed(work.webhook_id)
                if rest := self.pace.rest_of(failures):
                    await repository.rest(work.webhook_id, rest)
        if outcome.response_status == GONE:
            await switch_off(runtime, work, Disabled.GONE)
        elif seconds >= self.pace.give_up:
            await switch_off(runtime, work, Disabled.FAILING)


def _forget(running: dict[str, asyncio.Task[None]], webhook_id: str, _: object) -> None:
    running.pop(webhook_id)


async def _change(uow: UnitOfWork, webhook_id: str, delivery: Any) -> dict[str, Any] | None:
    """What there is to tell of a delivery by the rights of now; None when that is nothing."""
    if delivery["type"] == PING:
        return ping_of(webhook_id, delivery["event_id"], delivery["event_at"])
    place = delivery["position"]
    told, _ = await stretch(uow, place - 1, place, 1)
    return told[0].change if told and told[0].event_id == delivery["event_id"] else None


def retry_after(text: str) -> float | None:
    """Seconds that an answer asks to wait, written as a number or as a date; None when it is neither."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (at.replace(tzinfo=at.tzinfo or UTC) - clock.now()).total_seconds()
