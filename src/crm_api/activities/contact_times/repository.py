"""The SQL of contact times."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, Uuid, case, cast, func, literal, null, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.kit.db import table
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped, scoped_update
from crm_api.kit.uow import UnitOfWork

_ID = bindparam("id", type_=Uuid(as_uuid=False))


class Times(NamedTuple):
    """When somebody was last in touch, and when they will be next."""

    last: datetime | None
    next: datetime | None


class Told(NamedTuple):
    """What interactions and tasks say: the latest interaction, what it plans, when the first open task is due."""

    last: datetime | None
    planned: datetime | None
    due: datetime | None

    @property
    def next(self) -> datetime | None:
        """The earliest of what is planned and due."""
        return min(filter(None, (self.planned, self.due)), default=None)

    def before(self, gone: "Told") -> "Told":
        """What they said while one that is gone was among them."""
        latest = gone.last is not None and (self.last is None or gone.last >= self.last)
        due = min(filter(None, (self.due, gone.due)), default=None)
        return Told(*((gone.last, gone.planned) if latest else (self.last, self.planned)), due)


@dataclass(frozen=True)
class Kept:
    """A record with its times, as it stands."""

    id: str
    version: int
    owner_id: str | None
    team_id: str | None
    times: Times


class ContactTimeRepository:
    """The records of a unit of work that have contact times."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def customer_of(self, resource: Resource, record_id: str) -> str | None:
        """The customer that a record belongs to."""
        rows = await self.uow.fetch(
            ("customer of", resource.name), lambda: _customer_of(resource), {"id": record_id}
        )
        return rows[0][0] if rows else None

    async def hold(self, resource: Resource, record_id: str) -> Kept:
        """A record, deleted ones too; locked, so that whoever else is about its times waits for this commit."""
        rows = await self.uow.fetch(("hold times", resource.name), lambda: _hold(resource), {"id": record_id})
        row = rows[0]
        return Kept(row[0], row[1], row[2], row[3], Times(row[4], row[5]))

    async def gone(self, resource: Resource, record_id: str) -> tuple[list[str | None], Told]:
        """What a deleted interaction or task was about (type, id, customer), and what it said."""
        rows = await self.uow.fetch(("gone", resource.name), lambda: _gone(resource), {"id": record_id})
        return list(rows[0][:3]), Told(*rows[0][3:])

    async def told(self, subject_type: str, record_id: str) -> Told:
        """What interactions and tasks say; of a customer those that count for it, else those about the record."""
        of_customer = subject_type == "customers"
        values = {"id": record_id} if of_customer else {"id": record_id, "of": subject_type}
        rows = await self.uow.fetch(
            ("told times", of_customer), lambda: _told(of_customer=of_customer), values
        )
        return Told(*rows[0])

    async def write(self, resource: Resource, record_id: str, times: Times, at: datetime) -> int:
        """The version of the record with these times."""
        values = {"id": record_id, "last": times.last, "next": times.next, "at": at}
        rows = await self.uow.fetch(("write times", resource.name), lambda: _write(resource), values)
        return int(rows[0][0])


def _customer_of(resource: Resource) -> Select[Any]:
    rows = scoped(resource.model, "r")
    return select(cast(rows.c.customer_id, Text)).where(rows.c.id == _ID)


def _hold(resource: Resource) -> Select[Any]:
    rows = scoped(resource.model, "r")
    ids: list[Any] = [cast(rows.c[name], Text) for name in ("id", "owner_id", "team_id")]
    shown: list[Any] = [ids[0], rows.c.version, *ids[1:], rows.c.last_contact_at, rows.c.next_contact_at]
    return select(*shown).where(rows.c.id == _ID).with_for_update(key_share=True, of=rows)


def _told(*, of_customer: bool) -> Select[Any]:
    met = scoped(RESOURCES["interactions"].model, "met")
    planned = scoped(RESOURCES["tasks"].model, "planned")
    newest = (
        select(met.c.happened_at, met.c.next_contact_at)
        .where(*_about(met, of_customer=of_customer))
        .order_by(met.c.happened_at.desc(), met.c.id.desc())
        .limit(literal(1))
        .cte("newest")
    )
    due = select(func.min(planned.c.due_at)).where(
        *_about(planned, of_customer=of_customer), planned.c.status == literal("open", Text)
    )
    said = [select(newest.c[name]).scalar_subquery() for name in ("happened_at", "next_contact_at")]
    shown: list[Any] = [*said, due.scalar_subquery()]
    return select(*shown)


def _gone(resource: Resource) -> Select[Any]:
    rows = scoped(resource.model, "r")
    ids = (rows.c.subject_type, cast(rows.c.subject_id, Text), cast(rows.c.customer_id, Text))
    if "happened_at" in rows.c:
        shown: list[Any] = [*ids, rows.c.happened_at, rows.c.next_contact_at, null()]
    else:
        due = case((rows.c.status == literal("open", Text), rows.c.due_at), else_=None)
        shown = [*ids, null(), null(), due]
    return select(*shown).where(rows.c.id == _ID)


def _about(rows: Alias, *, of_customer: bool) -> list[ColumnElement[bool]]:
    alive = rows.c.deleted_at.is_(None)
    if of_customer:
        return [rows.c.customer_id == _ID, alive]
    return [rows.c.subject_type == bindparam("of", type_=Text), rows.c.subject_id == _ID, alive]


def _write(resource: Resource) -> ReturningUpdate[Any]:
    columns = table(resource.model).c
    moment = columns.updated_at.type
    return (
        scoped_update(resource.model)
        .where(columns.id == _ID)
        .values(
            last_contact_at=bindparam("last", type_=moment),
            next_contact_at=bindparam("next", type_=moment),
            updated_at=bindparam("at", type_=moment),
            updated_by=bindparam("me", type_=columns.updated_by.type),
            version=columns.version + 1,
        )
        .returning(columns.version)
    )
