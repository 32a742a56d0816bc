"""The SQL that teams have of their own."""

from typing import Any

from sqlalchemy import ARRAY, Integer, Select, Text, Uuid, any_, cast, func, select
from sqlalchemy.sql.dml import Update
from sqlalchemy.sql.expression import bindparam, literal

from crm_api.identity.teams.models import Team
from crm_api.identity.teams.resource import teams
from crm_api.kit.db import table
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped, scoped_update
from crm_api.kit.uow import UnitOfWork

_ONE = bindparam("one", type_=Uuid(as_uuid=False))


class TeamRepository(Repository[Team]):
    """Teams of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, teams)

    async def path_of(self, team_id: str) -> list[str] | None:
        """The path of a live team."""
        rows = await self.uow.fetch("team path", _path_of, {"one": team_id})
        return rows[0][0] if rows else None

    async def has_children(self, team_id: str) -> bool:
        """Whether a live team stands directly below."""
        return bool(await self.uow.fetch("team below", _child, {"one": team_id}))

    async def follow(self, team_id: str, depth: int, path: list[str]) -> None:
        """Everything below a team that stood at `depth` (from 1) follows it to `path`."""
        values = {"one": team_id, "tail": depth + 1, "head": path}
        await self.uow.fetch("team paths", _follow, values)


def _path_of() -> Select[Any]:
    rows = scoped(Team, "t")
    return select(cast(rows.c.path, ARRAY(Text))).where(rows.c.id == _ONE, rows.c.deleted_at.is_(None))


def _child() -> Select[Any]:
    rows = scoped(Team, "t")
    return (
        select(cast(rows.c.id, Text))
        .where(rows.c.parent_id == _ONE, rows.c.deleted_at.is_(None))
        .limit(literal(1))
    )


def _follow() -> Update:
    columns = table(Team).c
    rest = columns.path[bindparam("tail", type_=Integer) : func.cardinality(columns.path)]
    head = bindparam("head", type_=columns.path.type)
    return (
        scoped_update(Team)
        .where(any_(columns.path) == _ONE, columns.id != _ONE)
        .values(path=func.array_cat(head, rest))
    )
