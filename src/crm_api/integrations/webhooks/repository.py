"""The SQL of webhooks and their deliveries. Leases and waits are told by the database's clock alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    Interval,
    Select,
    Text,
    Uuid,
    cast,
    extract,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.dml import Insert, ReturningUpdate, Update
from sqlalchemy.sql.expression import bindparam, null

from crm_api.integrations.changes.models import FeedEntry, FeedHead
from crm_api.integrations.webhooks.models import DeliveryStatus, Webhook, WebhookDelivery
from crm_api.integrations.webhooks.resource import webhook_deliveries, webhooks
from crm_api.kit import clock
from crm_api.kit.access import access_values
from crm_api.kit.db import table
from crm_api.kit.filters import Filter
from crm_api.kit.repository import Repository
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped, scoped_delete, scoped_insert, scoped_update
from crm_api.kit.uow import UnitOfWork

_ID = bindparam("id", type_=Uuid(as_uuid=False))
_WEBHOOK = bindparam("webhook", type_=Uuid(as_uuid=False))
_LIMIT = bindparam("limit", type_=Integer)
_IDS = bindparam("ids", type_=ARRAY(Uuid(as_uuid=False)))


class Work(NamedTuple):
    """A webhook that something is to be done for: it lags behind the feed, or a delivery of it is due."""

    tenant_id: str
    webhook_id: str
    acts_as_id: str
    lags: bool
    due: bool


class Outcome(NamedTuple):
    """How one try ended; `wait` is None when there is no next one."""

    status: DeliveryStatus
    response_status: int | None
    error: str | None
    milliseconds: int
    wait: timedelta | None


class WebhookRepository(Repository[Webhook]):
    """Webhooks of one tenant; `work` alone sees past the tenant, and only ids."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, webhooks)

    async def work(self, limit: int) -> list[Work]:
        """Webhooks of all tenants that something is to be done for."""
        return [Work(*row.values()) for row in await self.uow.fetch("webhook work", _work, {"limit": limit})]

    async def head(self) -> int:
        """The last position of the feed."""
        rows = await self.uow.fetch("webhook feed head", _head, {})
        return rows[0][0] if rows else 0

    async def positions(self, first: datetime, last: datetime) -> tuple[int, int]:
        """The position before the first event of a time, and that of its last; equal when there is none."""
        rows = await self.uow.fetch("webhook positions", _positions, {"first": first, "last": last})
        lowest, highest = rows[0].values()
        return (lowest - 1, highest) if lowest is not None else (0, 0)

    async def hold(self, webhook_id: str, *, wait: bool) -> Any:
        """What the loops need of an active webhook, locked until the commit; None when it is not, or is held."""
        rows = await self.uow.fetch(("hold webhook", wait), lambda: _hold(wait=wait), {"id": webhook_id})
        return rows[0] if rows else None

    async def fitting(self, resource: Resource, ids: Sequence[str], filter_: Filter) -> set[str]:
        """Which of some records fit a filter as they stand now, deleted ones included."""
        principal = self.uow.principal
        values = filter_.values(clock.now(), principal.time_zone)
        rows = await self.uow.fetch(
            ("webhook filter", resource.name, filter_.nodes),
            lambda: _fitting(resource, filter_),
            {**values, **access_values(principal, principal.reach(resource.read)), "ids": list(ids)},
        )
        return {row[0] for row in rows}

    async def move(self, webhook_id: str, **places: int | None) -> None:
        """How far the feed, or a replay, has been taken up."""
        values = {"id": webhook_id, **{f"new_{name}": place for name, place in places.items()}}
        await self.uow.fetch(("move webhook", *places), lambda: _move(tuple(places)), values)

    async def succeeded(self, webhook_id: str) -> None:
        """The end of a row of failures."""
        await self.uow.fetch("webhook succeeded", _succeeded, {"id": webhook_id})

    async def failed(self, webhook_id: str) -> tuple[int, float]:
        """One more failure: how many in a row, and for how many seconds by now."""
        rows = await self.uow.fetch("webhook failed", _failed, {"id": webhook_id})
        return (rows[0][0], float(rows[0][1])) if rows else (0, 0.0)

    async def rest(self, webhook_id: str, rest: timedelta) -> None:
        """Leave it alone for a while."""
        await self.uow.fetch("rest webhook", _rest, {"id": webhook_id, "rest": rest})


class DeliveryRepository(Repository[WebhookDelivery]):
    """Deliveries of one tenant."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, webhook_deliveries)

    async def enqueue(self, deliveries: Sequence[dict[str, Any]], *, again: bool = False) -> None:
        """New deliveries, due at once; one that is there stays as it is, or is due `again`."""
        await self.uow.many(("add deliveries", again), lambda: _enqueue(again=again), deliveries)

    async def under_way(self, webhook_id: str) -> int:
        """How many deliveries of a webhook somebody is at."""
        rows = await self.uow.fetch("deliveries under way", _under_way, {"webhook": webhook_id})
        return int(rows[0][0])

    async def claim(self, webhook_id: str, lease: timedelta) -> Any:
        """The delivery that has been due longest, leased; None when none is due."""
        rows = await self.uow.fetch("claim delivery", _claim, {"webhook": webhook_id, "lease": lease})
        return rows[0] if rows else None

    async def record(self, delivery_id: str, lease: datetime, outcome: Outcome) -> bool:
        """Tell how a try ended; False when another worker has taken the delivery over, and nothing is written."""
        told = {
            "at": clock.now(),
            "response_status": outcome.response_status,
            "error": outcome.error,
            "milliseconds": outcome.milliseconds,
        }
        values = {
            "id": delivery_id,
            "lease": lease,
            "told": told,
            "new_status": outcome.status.value,
            "new_response_status": outcome.response_status,
            "new_error": outcome.error,
            "wait": outcome.wait,
        }
        delivered = outcome.status is DeliveryStatus.DELIVERED
        shape = ("record delivery", delivered)
        return bool(await self.uow.fetch(shape, lambda: _record(delivered=delivered), values))

    async def due_now(self, delivery_id: str, webhook_id: str) -> bool:
        """A fresh row of tries for a delivery of a webhook; False when there is no such delivery."""
        return bool(
            await self.uow.fetch("retry delivery", _due_now, {"id": delivery_id, "webhook": webhook_id})
        )

    async def prune(self, age: timedelta, limit: int) -> None:
        """Forget the oldest deliveries."""
        await self.uow.fetch("prune deliveries", _prune, {"age": age, "limit": limit})


def _work() -> Select[Any]:
    names = ("tenant_id", "webhook_id", "acts_as_id", "lags", "due")
    found = func.crm_webhook_work(_LIMIT).table_valued(*names, name="found")
    ids: list[ColumnElement[Any]] = [cast(found.c[name], Text) for name in names[:3]]
    return select(*ids, found.c.lags, found.c.due)


def _head() -> Select[Any]:
    return select(scoped(FeedHead, "h").c.position)


def _positions() -> Select[Any]:
    feed = scoped(FeedEntry, "f")
    first, last = (bindparam(name, type_=feed.c.event_at.type) for name in ("first", "last"))
    return select(func.min(feed.c.position), func.max(feed.c.position)).where(
        feed.c.event_at.between(first, last)
    )


def _hold(*, wait: bool) -> Select[Any]:
    rows = scoped(Webhook, "w")
    names = ("url", "events", "filters", "payload", "secret", "previous_secret", "position")
    rested = or_(rows.c.resting_until.is_(None), rows.c.resting_until <= func.now())
    current = rows.c.previous_secret_until > func.now()
    columns: list[ColumnElement[Any]] = [
        *(rows.c[name] for name in (*names, "replay_after", "replay_until", "failures")),
        cast(rows.c.acts_as_id, Text).label("acts_as_id"),
        rested.label("rested"),
        current.label("previous_is_current"),
    ]
    held: Select[Any] = select(*columns).where(rows.c.id == _ID, rows.c.active, rows.c.deleted_at.is_(None))
    return held.with_for_update(key_share=True, of=rows, skip_locked=not wait)


def _fitting(resource: Resource, filter_: Filter) -> Select[Any]:
    rows = scoped(resource.model, "r")
    return select(cast(rows.c.id, Text)).where(rows.c.id == func.any(_IDS), *filter_.conditions(rows))


def _move(names: tuple[str, ...]) -> Update:
    target = table(Webhook).c
    return (
        scoped_update(Webhook)
        .where(target.id == _ID)
        .values({name: bindparam(f"new_{name}", type_=BigInteger) for name in names})
    )


def _succeeded() -> Update:
    target = table(Webhook).c
    return (
        scoped_update(Webhook)
        .where(target.id == _ID, target.failures > 0)
        .values(failures=0, failing_since=null(), resting_until=null())
    )


def _failed() -> ReturningUpdate[Any]:
    target = table(Webhook).c
    since = func.coalesce(target.failing_since, func.now())
    return (
        scoped_update(Webhook)
        .where(target.id == _ID)
        .values(failures=target.failures + 1, failing_since=since)
        .returning(target.failures, extract("epoch", func.now() - target.failing_since))
    )


def _rest() -> Update:
    target = table(Webhook).c
    return (
        scoped_update(Webhook)
        .where(target.id == _ID)
        .values(resting_until=func.now() + bindparam("rest", type_=Interval))
    )


def _enqueue(*, again: bool) -> Insert:
    target = table(WebhookDelivery).c
    given = ("id", "webhook_id", "event_id", "event_at", "type", "position")
    fresh = {
        "status": DeliveryStatus.PENDING.value,
        "attempts": 0,
        "next_attempt_at": func.now(),
    }
    values: dict[Any, Any] = {
        **(scoped_insert(WebhookDelivery)._values or {}),
        **{name: bindparam(name, type_=target[name].type) for name in given},
        **fresh,
        "tries": bindparam("no_tries", [], type_=JSONB),
        "created_at": func.now(),
    }
    statement = insert(table(WebhookDelivery)).values(values)
    key = ["tenant_id", "webhook_id", "event_id"]
    if not again:
        return statement.on_conflict_do_nothing(index_elements=key)
    return statement.on_conflict_do_update(
        index_elements=key,
        set_={**fresh, "delivered_at": null()},
        where=target.status != DeliveryStatus.PENDING.value,
    )


def _free(rows: Any) -> ColumnElement[bool]:
    """Nobody is at it, or not any more."""
    return or_(rows.leased_until.is_(None), rows.leased_until <= func.now())


def _under_way() -> Select[Any]:
    rows = scoped(WebhookDelivery, "d").c
    return select(func.count()).where(
        rows.webhook_id == _WEBHOOK,
        rows.status == DeliveryStatus.PENDING.value,
        rows.leased_until > func.now(),
    )


def _claim() -> ReturningUpdate[Any]:
    target, rows = table(WebhookDelivery).c, scoped(WebhookDelivery, "d")
    longest = (
        select(rows.c.id)
        .where(
            rows.c.webhook_id == _WEBHOOK,
            rows.c.status == DeliveryStatus.PENDING.value,
            rows.c.next_attempt_at <= func.now(),
            _free(rows.c),
        )
        .order_by(rows.c.next_attempt_at, rows.c.position)
        .limit(1)
        .with_for_update(of=rows, skip_locked=True)
    )
    return (
        scoped_update(WebhookDelivery)
        .where(target.id == longest.scalar_subquery())
        .values(leased_until=func.now() + bindparam("lease", type_=Interval), attempts=target.attempts + 1)
        .returning(
            cast(target.id, Text).label("id"),
            cast(target.event_id, Text).label("event_id"),
            target.event_at,
            target.type,
            target.position,
            target.attempts,
            target.leased_until,
        )
    )


def _record(*, delivered: bool) -> ReturningUpdate[Any]:
    target = table(WebhookDelivery).c
    told = func.jsonb_build_array(bindparam("told", type_=JSONB))
    return (
        scoped_update(WebhookDelivery)
        .where(
            target.id == _ID,
            target.leased_until == bindparam("lease", type_=target.leased_until.type),
            target.status == DeliveryStatus.PENDING.value,
        )
        .values(
            status=bindparam("new_status", type_=Text),
            response_status=bindparam("new_response_status", type_=Integer),
            error=bindparam("new_error", type_=Text),
            tries=target.tries.op("||")(told),
            last_attempt_at=func.statement_timestamp(),
            next_attempt_at=func.statement_timestamp() + bindparam("wait", type_=Interval),
            leased_until=null(),
            **({"delivered_at": func.statement_timestamp()} if delivered else {}),
        )
        .returning(target.id)
    )


def _due_now() -> ReturningUpdate[Any]:
    target = table(WebhookDelivery).c
    return (
        scoped_update(WebhookDelivery)
        .where(target.id == _ID, target.webhook_id == _WEBHOOK, _free(target))
        .values(
            status=DeliveryStatus.PENDING.value,
            attempts=0,
            next_attempt_at=func.now(),
            delivered_at=null(),
        )
        .returning(target.id)
    )


def _prune() -> Any:
    target, rows = table(WebhookDelivery).c, scoped(WebhookDelivery, "d")
    old = (
        select(rows.c.id)
        .where(rows.c.created_at < func.now() - bindparam("age", type_=Interval))
        .order_by(rows.c.created_at)
        .limit(_LIMIT)
    )
    return scoped_delete(WebhookDelivery).where(target.id.in_(old))
