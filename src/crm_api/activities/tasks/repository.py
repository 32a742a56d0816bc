"""The SQL that tasks have of their own."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, Text, Uuid, cast, select
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.sql.expression import bindparam

from crm_api.activities.tasks.models import Task, TaskStatus
from crm_api.activities.tasks.resource import tasks
from crm_api.kit.db import table
from crm_api.kit.registries import RESOURCES
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped, scoped_update
from crm_api.kit.uow import UnitOfWork


class Reminded(NamedTuple):
    """A task whose reminder has just been fired."""

    id: str
    version: int
    owner_id: str | None
    team_id: str | None


class TaskRepository(Repository[Task]):
    """Tasks of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, tasks)

    async def zone_of(self, user_id: str | None) -> str:
        """The time zone of a user, the company's for nobody and for who has set none."""
        rows = await self.uow.fetch("zone of user", _zone_of, {"id": user_id}) if user_id else []
        return (rows[0][0] if rows else None) or self.uow.principal.time_zone

    async def remind(self, at: datetime, at_most: int) -> list[Reminded]:
        """Mark open tasks whose reminder is due; one that is marked, or that somebody is changing, is passed over."""
        rows = await self.uow.fetch("remind", _remind, {"at": at, "at_most": at_most})
        return [Reminded(*row) for row in rows]


def _zone_of() -> Select[Any]:
    users = scoped(RESOURCES["users"].model, "u")
    return select(users.c.time_zone).where(users.c.id == bindparam("id", type_=Uuid(as_uuid=False)))


def _remind() -> ReturningUpdate[Any]:
    rows, columns = scoped(Task, "r"), table(Task).c
    at = bindparam("at", type_=columns.remind_at.type)
    due = (
        select(rows.c.id)
        .where(
            rows.c.status == TaskStatus.OPEN,
            rows.c.remind_at <= at,
            rows.c.reminded_at.is_(None),
            rows.c.deleted_at.is_(None),
        )
        .order_by(rows.c.remind_at)
        .limit(bindparam("at_most", type_=Integer))
        .with_for_update(skip_locked=True, key_share=True, of=rows)
        .cte("due")
    )
    shown: list[Any] = [cast(columns[name], Text) for name in ("id", "owner_id", "team_id")]
    return (
        scoped_update(Task)
        .where(columns.id.in_(select(due.c.id)), columns.reminded_at.is_(None))
        .values(
            reminded_at=at,
            updated_at=at,
            updated_by=bindparam("me", type_=columns.updated_by.type),
            version=columns.version + 1,
        )
        .returning(shown[0], columns.version, *shown[1:])
    )
