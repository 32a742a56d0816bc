"""The SQL of the relay."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import Insert, ReturningDelete, Update
from sqlalchemy.sql.expression import bindparam

from crm_api.integrations.changes.models import FeedEntry, FeedHead
from crm_api.kit.db import table
from crm_api.kit.effects import insert_of
from crm_api.kit.events import PendingEvent
from crm_api.kit.tenancy import scoped, scoped_delete, scoped_insert, scoped_update
from crm_api.kit.uow import UnitOfWork

_LIMIT = bindparam("limit", type_=Integer)


class RelayRepository:
    """Events on their way into the feed of one tenant; `tenants` alone sees past the tenant, and only their ids."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def tenants(self, limit: int) -> list[str]:
        """Tenants whose events wait."""
        return [
            row[0] for row in await self.uow.fetch("tenants with pending events", _tenants, {"limit": limit})
        ]

    async def lock_head(self) -> int | None:
        """The last position given out, locked until the commit; None while another relay has it."""
        rows = await self.uow.fetch("lock feed head", _lock_head, {})
        if not rows:
            await self.uow.fetch("begin feed", _begin_feed, {})
            rows = await self.uow.fetch("lock feed head", _lock_head, {})
        return rows[0][0] if rows else None

    async def take(self, limit: int) -> list[tuple[str, Any]]:
        """Take out the oldest committed events that wait: (id, created_at) in the order of their commits."""
        rows = await self.uow.fetch("take pending events", _take, {"limit": limit})
        return [(row["id"], row["created_at"]) for row in sorted(rows, key=_in_order)]

    async def append(self, head: int, events: Sequence[tuple[str, Any]]) -> None:
        """Give events the positions after `head`."""
        entries = [
            {"position": position, "event_id": event_id, "event_at": event_at}
            for position, (event_id, event_at) in enumerate(events, head + 1)
        ]
        await self.uow.many("append to feed", lambda: insert_of(FeedEntry), entries)
        await self.uow.fetch("move feed head", _move_head, {"head": head + len(entries)})


def _in_order(row: Any) -> tuple[Any, Any, str]:
    return row["written_at"], row["created_at"], row["id"]


def _tenants() -> Select[Any]:
    found = func.crm_pending_tenants(_LIMIT).table_valued("tenant_id", name="found")
    return select(cast(found.c.tenant_id, Text))


def _lock_head() -> Select[Any]:
    heads = scoped(FeedHead, "h")
    return select(heads.c.position).with_for_update(of=heads, skip_locked=True)


def _begin_feed() -> Insert:
    values = dict(
        scoped_insert(FeedHead).values(position=bindparam("first", 0, type_=BigInteger))._values or {}
    )
    return insert(table(FeedHead)).values(values).on_conflict_do_nothing()


def _take() -> ReturningDelete[Any]:
    waiting, events = scoped(PendingEvent, "w"), table(PendingEvent).c
    order = (waiting.c.written_at, waiting.c.created_at, waiting.c.id)
    oldest = select(waiting.c.id).order_by(*order).limit(_LIMIT)
    return (
        scoped_delete(PendingEvent)
        .where(events.id.in_(oldest))
        .returning(cast(events.id, Text).label("id"), events.created_at, events.written_at)
    )


def _move_head() -> Update:
    return scoped_update(FeedHead).values(position=bindparam("head", type_=BigInteger))
