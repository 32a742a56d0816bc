"""The SQL of the audit trail: events by position, accesses by time, and rows beside their proof."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, Text, Uuid, and_, cast, or_, select, tuple_
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import bindparam

from crm_api.identity.access_log.models import AccessEntry
from crm_api.identity.tenants.models import PrincipalRow
from crm_api.integrations.changes.models import ROWS, ChainLink, Erasure, FeedEntry, FeedHead, stored_columns
from crm_api.kit.events import Event, Log, PendingEvent
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

_LIMIT = bindparam("limit", type_=Integer)
_AFTER = bindparam("after", type_=BigInteger)
_UUID = Uuid(as_uuid=False)
_LOG = bindparam("log", type_=Text)


class AuditRepository:
    """Newest first, whatever is asked for."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def events(self, asked: Mapping[str, Any]) -> Sequence[Any]:
        """Events of the feed; the keys of `asked` are conditions."""
        given = tuple(sorted(asked))
        return await self.uow.fetch(("audit", given), partial(_events, given), asked)

    async def accesses(self, asked: Mapping[str, Any]) -> Sequence[Any]:
        """Entries of the access log."""
        given = tuple(sorted(asked))
        return await self.uow.fetch(("access log", given), partial(_accesses, given), asked)


class ProofRepository:
    """Rows beside what the chain says of them, oldest first."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def heads(self) -> dict[Log, int]:
        """The last numbers that were given out."""
        rows = await self.uow.fetch("feed heads", _heads, {})
        return {Log.EVENTS: rows[0][0], Log.ACCESS: rows[0][1]} if rows else dict.fromkeys(Log, 0)

    async def proofs(self, log: Log, after: int, limit: int) -> Sequence[Any]:
        """Links after a number, each with its row and, for events, what stands at its position of the feed."""
        values = {"after": after, "limit": limit, "log": log.value}
        return await self.uow.fetch(("proofs", log), partial(_proofs, log), values)

    async def unproved(self, log: Log, after: str, limit: int) -> Sequence[Any]:
        """Some rows in the order of their ids, and whether the chain, or its waiting room, knows each."""
        values = {"after": after, "limit": limit, "log": log.value}
        return await self.uow.fetch(("unproved", log), partial(_unproved, log), values)


def _events(given: tuple[str, ...]) -> Select[Any]:
    feed, events, actors = scoped(FeedEntry, "f"), scoped(Event, "e"), scoped(PrincipalRow, "p")
    erased = scoped(Erasure, "x")
    at = events.c.created_at
    conditions: dict[str, ColumnElement[bool]] = {
        "after": feed.c.position < _AFTER,
        "resource": events.c.resource == bindparam("resource", type_=Text),
        "record_id": feed.c.record_id == bindparam("record_id", type_=_UUID),
        "actor_id": feed.c.actor_id == bindparam("actor_id", type_=_UUID),
        "type": events.c.type == bindparam("type", type_=Text),
        "since": and_(
            at >= bindparam("since", type_=at.type), feed.c.event_at >= bindparam("since", type_=at.type)
        ),
        "until": and_(
            at < bindparam("until", type_=at.type), feed.c.event_at < bindparam("until", type_=at.type)
        ),
    }
    same = and_(events.c.id == feed.c.event_id, at == feed.c.event_at)
    names = ("type", "resource", "version", "changes", "request_id", "ip", "user_agent")
    return (
        select(
            feed.c.position,
            cast(events.c.id, Text).label("id"),
            cast(events.c.record_id, Text).label("record_id"),
            cast(events.c.actor_id, Text).label("actor_id"),
            at,
            *(events.c[name] for name in names),
            actors.c.kind.label("actor_kind"),
            actors.c.name.label("actor_name"),
            select(erased.c.id).where(erased.c.id == events.c.id).exists().label("erased"),
        )
        .select_from(feed.join(events, same).join(actors, actors.c.id == events.c.actor_id))
        .where(*(conditions[name] for name in given if name in conditions))
        .order_by(feed.c.position.desc())
        .limit(_LIMIT)
    )


def _accesses(given: tuple[str, ...]) -> Any:
    entries, actors = scoped(AccessEntry, "a"), scoped(PrincipalRow, "p")
    at = entries.c.created_at
    place = tuple_(bindparam("after_at", type_=at.type), bindparam("after_id", type_=_UUID))
    conditions: dict[str, ColumnElement[bool]] = {
        "after_id": tuple_(at, entries.c.id) < place,
        "kind": entries.c.kind == bindparam("kind", type_=Text),
        "resource": entries.c.resource == bindparam("resource", type_=Text),
        "record_id": entries.c.record_id == bindparam("record_id", type_=_UUID),
        "actor_id": entries.c.actor_id == bindparam("actor_id", type_=_UUID),
        "since": at >= bindparam("since", type_=at.type),
        "until": at < bindparam("until", type_=at.type),
    }
    names = ("kind", "operation", "resource", "count", "request_id", "ip", "user_agent", "details")
    return (
        select(
            *(cast(entries.c[name], Text).label(name) for name in ("id", "actor_id", "record_id")),
            at,
            *(entries.c[name] for name in names),
            actors.c.kind.label("actor_kind"),
            actors.c.name.label("actor_name"),
        )
        .select_from(entries.outerjoin(actors, actors.c.id == entries.c.actor_id))
        .where(*(conditions[name] for name in given if name in conditions))
        .order_by(at.desc(), entries.c.id.desc())
        .limit(_LIMIT)
    )


def _heads() -> Select[Any]:
    heads = scoped(FeedHead, "h")
    return select(heads.c.position, heads.c.accesses)


def _proofs(log: Log) -> Select[Any]:
    links, rows = scoped(ChainLink, "l"), scoped(ROWS[log], "r")
    feed, erased = scoped(FeedEntry, "f"), scoped(Erasure, "x")
    same = rows.c.id == links.c.entry_id
    placed: Any = links.c.entry_id
    joined = links.outerjoin(
        rows, and_(same, rows.c.created_at == links.c.entry_at) if log is Log.EVENTS else same
    )
    if log is Log.EVENTS:
        joined = joined.outerjoin(feed, feed.c.position == links.c.number)
        placed = feed.c.event_id
    return (
        select(
            links.c.number,
            cast(links.c.entry_id, Text).label("entry_id"),
            links.c.payload_digest,
            links.c.digest,
            links.c.link,
            cast(placed, Text).label("placed"),
            rows.c.id.is_not(None).label("present"),
            select(erased.c.id)
            .where(erased.c.id == links.c.entry_id, erased.c.log == _LOG)
            .exists()
            .label("erased"),
            *stored_columns(ROWS[log], rows),
        )
        .select_from(joined)
        .where(links.c.log == _LOG, links.c.number > _AFTER)
        .order_by(links.c.number)
        .limit(_LIMIT)
    )


def _unproved(log: Log) -> Any:
    rows, links, waiting = scoped(ROWS[log], "r"), scoped(ChainLink, "l"), scoped(PendingEvent, "w")
    proved = select(links.c.number).where(links.c.log == _LOG, links.c.entry_id == rows.c.id).exists()
    waits = select(waiting.c.id).where(waiting.c.id == rows.c.id).exists()
    return (
        select(cast(rows.c.id, Text).label("id"), or_(proved, waits).label("known"))
        .where(rows.c.id > bindparam("after", type_=_UUID))
        .order_by(rows.c.id)
        .limit(_LIMIT)
    )
