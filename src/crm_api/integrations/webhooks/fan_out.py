"""From the feed to deliveries: what is new, or replayed, for each webhook, by position, once.

The deliveries and the position that says how far this has got are written in one transaction.
"""

from collections.abc import Sequence
from typing import Any

import structlog

from crm_api.integrations.changes.stretches import stretch
from crm_api.integrations.changes.telling import Told
from crm_api.integrations.webhooks.models import Disabled
from crm_api.integrations.webhooks.patterns import filter_of, matches
from crm_api.integrations.webhooks.repository import DeliveryRepository, WebhookRepository, Work
from crm_api.integrations.webhooks.resource import webhooks
from crm_api.jobs.work import Paused, Runtime, committed
from crm_api.kit import clock
from crm_api.kit.errors import Forbidden, Invalid, NotFound
from crm_api.kit.failpoints import failpoint
from crm_api.kit.ids import new_id
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.uow import PublicUnit, UnitOfWork

WEBHOOKS_AT_ONCE, EVENTS_AT_ONCE = 1000, 500
BUSY_SECONDS, IDLE_SECONDS = 0.2, 1.0
ACTOR = "webhooks"
_log = structlog.get_logger("crm_api")


async def run_fan_out(runtime: Runtime) -> None:
    """Take up what is new until everything stops."""
    while not runtime.stopping.is_set():
        taken = await fan_out_once(runtime)
        await runtime.pause(BUSY_SECONDS if taken else IDLE_SECONDS)


async def fan_out_once(runtime: Runtime) -> int:
    """One round over all webhooks that lag behind; how many events were looked at."""
    return sum([await _fan_out(runtime, work) for work in await look(runtime) if work.lags])


async def look(runtime: Runtime) -> list[Work]:
    """What there is to do for the webhooks of all companies."""
    async with committed(PublicUnit(runtime.pool), None) as unit:
        return await WebhookRepository(unit).work(WEBHOOKS_AT_ONCE)


async def _fan_out(runtime: Runtime, work: Work) -> int:
    """One webhook; what goes wrong with it is no concern of the others."""
    try:
        person = await runtime.actors.person(work.tenant_id, work.acts_as_id)
        async with committed(UnitOfWork(runtime.pool, person), None) as uow:
            return await _take_up(uow, work.webhook_id)
    except Forbidden:
        await switch_off(runtime, work, Disabled.BARRED)
    except Invalid:
        await switch_off(runtime, work, Disabled.FILTER)
    except Exception as error:  # noqa: BLE001  logged; the next round tries again
        _log.error("webhook_fan_out_failed", webhook=work.webhook_id, exc_info=error)
    return 0


async def _take_up(uow: UnitOfWork, webhook_id: str) -> int:
    """A stretch of the feed, and one of a replay, as whoever the webhook acts for."""
    repository = WebhookRepository(uow)
    webhook = await repository.hold(webhook_id, wait=False)
    if webhook is None or webhook["acts_as_id"] != uow.principal.id:
        return 0
    before, head = webhook["position"], await repository.head()
    reached = await _stretch(uow, webhook_id, webhook, before, head, again=False)
    if reached > before:
        await repository.move(webhook_id, position=reached)
    after, until = webhook["replay_after"], webhook["replay_until"]
    if until is not None:
        replayed = await _stretch(uow, webhook_id, webhook, after, until, again=True)
        done = replayed >= until
        await repository.move(
            webhook_id, replay_after=None if done else replayed, replay_until=None if done else until
        )
        reached += replayed - after
    failpoint("webhook.taken_up")
    return int(reached - before)


async def _stretch(
    uow: UnitOfWork, webhook_id: str, webhook: Any, after: int, until: int, *, again: bool
) -> int:
    """Deliveries for the events after a position, out of at most 500; how far that reaches."""
    if until <= after:
        return after
    told, reached = await stretch(uow, after, until, EVENTS_AT_ONCE)
    wanted = [one for one in told if matches(webhook["events"], one.change["type"])]
    for name, tree in webhook["filters"].items():
        wanted = await _fitting(uow, name, tree, wanted)
    deliveries = [
        {
            "id": new_id(),
            "webhook_id": webhook_id,
            "event_id": one.event_id,
            "event_at": one.change["at"],
            "type": one.change["type"],
            "position": one.position,
        }
        for one in wanted
    ]
    await DeliveryRepository(uow).enqueue(deliveries, again=again)
    return reached


async def _fitting(uow: UnitOfWork, name: str, tree: object, told: Sequence[Told]) -> list[Told]:
    """Without the changes of one type of record whose records do not fit a filter."""
    resource = _by_singular(name)
    ids = {one.change["object"]["id"] for one in told if one.change["object"]["type"] == name}
    if not ids:
        return list(told)
    filter_ = filter_of(uow.principal, resource, tree)
    fitting = await WebhookRepository(uow).fitting(resource, sorted(ids), filter_)
    return [
        one for one in told if one.change["object"]["type"] != name or one.change["object"]["id"] in fitting
    ]


def _by_singular(name: str) -> Resource:
    return next(resource for resource in RESOURCES.values() if resource.singular == name)


async def switch_off(runtime: Runtime, work: Work, reason: Disabled) -> None:
    """Nothing is sent any more until somebody switches it on again; the event tells those who watch over it."""
    try:
        async with runtime.unit(work.tenant_id, ACTOR, webhooks.update) as uow:
            repository = WebhookRepository(uow)
            webhook = await repository.load(work.webhook_id)
            if webhook.active:
                webhook.apply({"active": False, "disabled_at": clock.now(), "disabled_reason": reason.value})
                await repository.save(webhook, event="disabled")
    except (NotFound, Paused):  # deleted meanwhile, or of a company that is suspended
        return
    _log.warning("webhook_disabled", webhook=work.webhook_id, reason=reason.value)
