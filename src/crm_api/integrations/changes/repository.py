"""The SQL of the feed: of the relay that fills it, and of those who read it."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import Insert, ReturningDelete, Update
from sqlalchemy.sql.expression import bindparam

from crm_api.identity.tenants.models import PrincipalRow
from crm_api.integrations.changes.models import ROWS, ChainLink, FeedEntry, FeedHead, stored_columns
from crm_api.kit.access import Scope, access_values
from crm_api.kit.bulk import insert_many
from crm_api.kit.db import Base, table
from crm_api.kit.events import Event, Log, PendingEvent
from crm_api.kit.resource import Resource
from crm_api.kit.shape import FULL
from crm_api.kit.showing import columns_of, layout_of, shown
from crm_api.kit.tenancy import scoped, scoped_delete, scoped_insert, scoped_update
from crm_api.kit.uow import UnitOfWork

_LIMIT = bindparam("limit", type_=Integer)
_AFTER = bindparam("after", type_=BigInteger)
_IDS = bindparam("ids", type_=ARRAY(Uuid(as_uuid=False)))


class RelayRepository:
    """Committed rows on their way into the feed and the chain; `tenants` alone sees past the tenant, and only ids."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def tenants(self, after: str | None, limit: int) -> list[str]:
        """Tenants whose rows wait, in the order of their ids."""
        values = {"after": after, "limit": limit}
        rows = await self.uow.fetch("tenants with pending events", _tenants, values)
        return [row[0] for row in rows]

    async def lock_heads(self) -> dict[Log, int] | None:
        """The last numbers given out, locked until the commit; None while another relay has them."""
        rows = await self.uow.fetch("lock feed head", _lock_head, {})
        if not rows:
            await self.uow.fetch("begin feed", _begin_feed, {})
            rows = await self.uow.fetch("lock feed head", _lock_head, {})
        return {Log.EVENTS: rows[0][0], Log.ACCESS: rows[0][1]} if rows else None

    async def take(self, limit: int) -> dict[Log, list[dict[str, Any]]]:
        """Take out the oldest committed rows that wait, whole, in the order of their commits."""
        waiting = await self.uow.fetch("take pending events", _take, {"limit": limit})
        found: dict[Log, list[dict[str, Any]]] = {}
        for log, model in ROWS.items():
            mine = sorted((row for row in waiting if row["log"] == log), key=_in_order)
            if mine:
                times = [row["created_at"] for row in mine]
                values = {"ids": [row["id"] for row in mine], "first": min(times), "last": max(times)}
                rows = await self.uow.fetch(("rows of", log), partial(_rows, model), values)
                by_id = {row["id"]: dict(row) for row in rows}
                found[log] = [by_id[row["id"]] for row in mine]
        return found

    async def last_links(self, heads: Mapping[Log, int]) -> dict[Log, bytes]:
        """The ends of the chains."""
        rows = await self.uow.fetch("last links", _last_links, {log.value: heads[log] for log in Log})
        return {Log(row["log"]): row["link"] for row in rows}

    async def append(
        self,
        heads: Mapping[Log, int],
        events: Sequence[Mapping[str, Any]],
        links: Sequence[Mapping[str, Any]],
    ) -> None:
        """Give events their positions, store the links of all, and remember the new heads."""
        entries = [
            {
                "position": position,
                "event_id": event["id"],
                "event_at": event["created_at"],
                "record_id": event["record_id"],
                "actor_id": event["actor_id"],
            }
            for position, event in enumerate(events, heads[Log.EVENTS] - len(events) + 1)
        ]
        await insert_many(self.uow, {FeedEntry: entries, ChainLink: links})
        values = {"head": heads[Log.EVENTS], "accesses": heads[Log.ACCESS]}
        await self.uow.fetch("move feed head", _move_head, values)


class FeedRepository:
    """The feed as it is read: by position, each record by the rules of its own resource."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def window(self, after: int, size: int) -> Any:
        """`known`: the event at `after`; `head`: the last position; `last`: the event `size` on, or at the head."""
        rows = await self.uow.fetch("feed window", _window, {"after": after, "size": size})
        return rows[0]

    async def events(self, after: int, until: int, resources: Sequence[str], limit: int) -> Sequence[Any]:
        """The events of some resources in a stretch of the feed, oldest first."""
        values = {"after": after, "until": until, "resources": list(resources), "limit": limit}
        return await self.uow.fetch("feed events", _events, values)

    async def visible(self, resource: Resource, ids: Collection[str]) -> set[str]:
        """Which of some records the caller reaches now, deleted ones included."""
        rows = await self._of(resource, "feed visible", _visible, ids)
        return {row[0] for row in rows}

    async def states(self, resource: Resource, ids: Collection[str]) -> dict[str, dict[str, Any]]:
        """Some records as the caller may see them now."""
        if not ids:
            return {}
        rows = await self._of(resource, "feed states", _states, ids)
        return {record["id"]: record for record in shown(self.uow.principal, layout_of(resource, FULL), rows)}

    async def _of(self, resource: Resource, shape: str, build: Any, ids: Collection[str]) -> Sequence[Any]:
        principal = self.uow.principal
        reach = principal.reach(resource.read)
        scope = resource.access.scope(principal, reach, resource.name)
        values = {**access_values(principal, reach), "ids": sorted(ids)}
        return await self.uow.fetch((shape, resource.name, scope), lambda: build(resource, scope), values)


def _in_order(row: Any) -> tuple[Any, Any, str]:
    return row["written_at"], row["created_at"], row["id"]


def _tenants() -> Select[Any]:
    found = func.crm_pending_tenants(bindparam("after", type_=Uuid(as_uuid=False)), _LIMIT).table_valued(
        "tenant_id", name="found"
    )
    return select(cast(found.c.tenant_id, Text))


def _lock_head() -> Select[Any]:
    heads = scoped(FeedHead, "h")
    return select(heads.c.position, heads.c.accesses).with_for_update(of=heads, skip_locked=True)


def _begin_feed() -> Insert:
    first = {name: bindparam(name, 0, type_=BigInteger) for name in ("position", "accesses")}
    values = dict(scoped_insert(FeedHead).values(first)._values or {})
    return insert(table(FeedHead)).values(values).on_conflict_do_nothing()


def _take() -> ReturningDelete[Any]:
    waiting, events = scoped(PendingEvent, "w"), table(PendingEvent).c
    order = (waiting.c.written_at, waiting.c.created_at, waiting.c.id)
    oldest = select(waiting.c.id).order_by(*order).limit(_LIMIT)
    return (
        scoped_delete(PendingEvent)
        .where(events.id.in_(oldest))
        .returning(cast(events.id, Text).label("id"), events.created_at, events.written_at, events.log)
    )


def _rows(model: type[Base]) -> Select[Any]:
    rows = scoped(model, "r")
    at = rows.c.created_at
    return select(*stored_columns(model, rows)).where(
        rows.c.id == func.any(_IDS),
        at >= bindparam("first", type_=at.type),
        at <= bindparam("last", type_=at.type),
    )


def _last_links() -> Select[Any]:
    links = scoped(ChainLink, "l")
    ends = (
        and_(
            links.c.log == literal_column(f"'{log.value}'"),
            links.c.number == bindparam(log.value, type_=BigInteger),
        )
        for log in Log
    )
    return select(links.c.log, links.c.link).where(or_(*ends))


def _move_head() -> Update:
    return scoped_update(FeedHead).values(
        position=bindparam("head", type_=BigInteger), accesses=bindparam("accesses", type_=BigInteger)
    )


def _window() -> Select[Any]:
    heads, before, last = scoped(FeedHead, "h"), scoped(FeedEntry, "before"), scoped(FeedEntry, "last")
    head = select(heads.c.position).scalar_subquery()
    until = func.least(head, _AFTER + bindparam("size", type_=Integer))
    return select(
        head.label("head"),
        select(cast(before.c.event_id, Text))
        .where(before.c.position == _AFTER)
        .scalar_subquery()
        .label("known"),
        select(cast(last.c.event_id, Text)).where(last.c.position == until).scalar_subquery().label("last"),
    )


def _events() -> Select[Any]:
    feed, events, actors = scoped(FeedEntry, "f"), scoped(Event, "e"), scoped(PrincipalRow, "p")
    same = and_(events.c.id == feed.c.event_id, events.c.created_at == feed.c.event_at)
    return (
        select(
            feed.c.position,
            cast(events.c.id, Text).label("id"),
            events.c.type,
            events.c.created_at,
            events.c.resource,
            *(
                cast(events.c[name], Text).label(name)
                for name in ("record_id", "owner_id", "team_id", "actor_id")
            ),
            events.c.version,
            events.c.changes,
            actors.c.kind.label("actor_kind"),
            actors.c.name.label("actor_name"),
        )
        .select_from(feed.join(events, same).join(actors, actors.c.id == events.c.actor_id))
        .where(
            feed.c.position > _AFTER,
            feed.c.position <= bindparam("until", type_=BigInteger),
            events.c.resource == func.any(bindparam("resources", type_=ARRAY(Text))),
        )
        .order_by(feed.c.position)
        .limit(_LIMIT)
    )


def _visible(resource: Resource, scope: Scope) -> Select[Any]:
    rows = scoped(resource.model, "r")
    allowed = resource.access.predicate(rows, scope, resource.name)
    return select(cast(rows.c.id, Text)).where(rows.c.id == func.any(_IDS), allowed)


def _states(resource: Resource, scope: Scope) -> Select[Any]:
    rows = scoped(resource.model, "r")
    allowed = resource.access.predicate(rows, scope, resource.name)
    return select(*columns_of(layout_of(resource, FULL), rows)).where(rows.c.id == func.any(_IDS), allowed)
