"""The verbs of webhooks."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from crm_api.encryption import Cipher, Place
from crm_api.integrations.webhooks.errors import ReplayRunning, WebhookInactive
from crm_api.integrations.webhooks.models import Webhook
from crm_api.integrations.webhooks.patterns import PING, check_filters, check_patterns
from crm_api.integrations.webhooks.repository import DeliveryRepository, WebhookRepository
from crm_api.integrations.webhooks.resource import webhook_deliveries
from crm_api.integrations.webhooks.signing import new_secret
from crm_api.kit import clock, reading
from crm_api.kit.errors import Invalid, NotFound
from crm_api.kit.ids import new_id
from crm_api.kit.uow import UnitOfWork
from crm_api.outbound import Failed, Outbound, Refused

MOMENT = timedelta(hours=1)


class WebhookService:
    """Raises kinds, emits facts; never queries, never commits, never calls another system."""

    def __init__(self, uow: UnitOfWork, cipher: Cipher, outbound: Outbound) -> None:
        self.uow = uow
        self._cipher, self._outbound = cipher, outbound
        self._repository = WebhookRepository(uow)
        self._deliveries = DeliveryRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new webhook; the answer is the only place where its secret is seen. It begins with what happens next."""
        await self._check(given)
        secret = new_secret()
        webhook = Webhook.new(**given, acts_as_id=self.uow.principal.id)
        webhook.secret = self._seal(webhook, secret)
        webhook.position = await self._repository.head()
        return {**await self._repository.add(webhook), "secret": secret}

    async def update(self, webhook_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Change where it goes, what it is for, whether it is on; it acts as whoever makes the change."""
        await self._check(given)
        webhook = await self._repository.load(webhook_id)
        begins = given.get("active", webhook.active) and not webhook.active
        webhook.apply(given)
        if webhook.changes():
            webhook.acts_as_id = self.uow.principal.id
            # what it was for has to be allowed to whom it acts as now
            check_filters(self.uow.principal, webhook.filters)
        if begins:
            self._begin(webhook, await self._repository.head())
        return await self._repository.save(webhook)

    async def delete(self, webhook_id: str) -> None:
        """Nothing is sent any more; softly, so that its deliveries can still be read of after a restore."""
        webhook = await self._repository.load(webhook_id)
        webhook.deleted_at = clock.now()
        await self._repository.save(webhook, event="deleted")

    async def restore(self, webhook_id: str) -> dict[str, Any]:
        """Undo a deletion; it comes back switched off."""
        webhook = await self._repository.load(webhook_id, deleted=True)
        webhook.apply({"deleted_at": None, "active": False})
        return await self._repository.save(webhook, event="restored")

    async def rotate_secret(self, webhook_id: str, overlap_hours: int) -> dict[str, Any]:
        """A new secret; the one before signs too for some hours, so that the other side can change over."""
        webhook = await self._repository.load(webhook_id)
        before = self._cipher.open(webhook.secret, self._place(webhook, "secret")).decode()
        secret = new_secret()
        webhook.secret = self._seal(webhook, secret)
        webhook.previous_secret = self._seal(webhook, before, "previous_secret") if overlap_hours else None
        webhook.previous_secret_until = (
            clock.now() + timedelta(hours=overlap_hours) if overlap_hours else None
        )
        return {**await self._repository.save(webhook, event="secret_rotated"), "secret": secret}

    async def ping(self, webhook_id: str) -> dict[str, Any]:
        """A delivery that tells nothing but that the webhook works."""
        webhook = await self._active(webhook_id)
        event_id, delivery_id = new_id(), new_id()
        delivery = {
            "id": delivery_id,
            "webhook_id": webhook.id,
            "event_id": event_id,
            "event_at": clock.now(),
            "type": PING,
            "position": None,
        }
        await self._deliveries.enqueue([delivery])
        return await self._delivery(delivery_id)

    async def retry(self, webhook_id: str, delivery_id: str) -> dict[str, Any]:
        """Send once more, now, whatever became of it; with a fresh row of tries."""
        await self._active(webhook_id)
        if not await self._deliveries.due_now(delivery_id, webhook_id):
            await self.delivery(webhook_id, delivery_id)  # NotFound, or somebody is just at it
        return await self.delivery(webhook_id, delivery_id)

    async def replay(self, webhook_id: str, given: Mapping[str, Any]) -> dict[str, int]:
        """Send the events of a range once more, those that were never sent too."""
        webhook = await self._active(webhook_id)
        if webhook.replay_until is not None:
            raise ReplayRunning
        after, until = await self._range(given)
        if until > after:
            await self._repository.move(webhook_id, replay_after=after, replay_until=until)
        return {"after": after, "until": max(after, until)}

    async def delivery(self, webhook_id: str, delivery_id: str) -> dict[str, Any]:
        """One delivery of a webhook."""
        found = await self._delivery(delivery_id)
        if found["webhook_id"] != webhook_id.lower():
            raise NotFound
        return found

    async def _delivery(self, delivery_id: str) -> dict[str, Any]:
        return await reading.get(self.uow, webhook_deliveries, delivery_id)

    async def _active(self, webhook_id: str) -> Webhook:
        webhook = await self._repository.load(webhook_id)
        if not webhook.active:
            raise WebhookInactive
        return webhook

    async def _range(self, given: Mapping[str, Any]) -> tuple[int, int]:
        by_time, by_place = given.keys() & {"from_", "to"}, given.keys() & {"after", "until"}
        first, after = given.get("from_"), given.get("after")
        if bool(by_time) == bool(by_place) or (first is None and after is None):
            raise Invalid.at("", "one_range")
        if first is not None:
            return await self._repository.positions(first, given.get("to") or clock.now() + MOMENT)
        head = await self._repository.head()
        until = given.get("until")
        return int(after or 0), head if until is None else min(until, head)

    async def _check(self, given: Mapping[str, Any]) -> None:
        """The URL is asked for before the first statement: no transaction waits for a name server."""
        if "url" in given:
            # a name that does not resolve now may do so when something is sent
            with suppress(Failed):
                try:
                    await self._outbound.check(given["url"])
                except Refused as refusal:
                    raise Invalid.at("/url", refusal.code) from refusal
        if "events" in given:
            check_patterns(given["events"])
        if "filters" in given:
            check_filters(self.uow.principal, given["filters"])

    def _begin(self, webhook: Webhook, head: int) -> None:
        """Switched on again: from here on, with a clean slate. What was missed can be replayed."""
        webhook.apply(
            {
                "disabled_at": None,
                "disabled_reason": None,
                "position": head,
                "failures": 0,
                "failing_since": None,
                "resting_until": None,
            }
        )

    def _seal(self, webhook: Webhook, secret: str, column: str = "secret") -> bytes:
        return self._cipher.seal(secret.encode(), self._place(webhook, column))

    def _place(self, webhook: Webhook, column: str) -> Place:
        return Place(self.uow.principal.tenant_id, Webhook.__tablename__, column, webhook.id)
