"""The SQL of approvals: who can be asked, and which approvals somebody leaves behind."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    DateTime,
    Integer,
    Numeric,
    Select,
    Text,
    Uuid,
    and_,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.identity.roles.catalogue import ROLES
from crm_api.identity.teams.models import Team
from crm_api.identity.users.models import User, UserStatus
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.workflow.approvals.models import OPEN, Approval, ApprovalStatus, ApprovalStep
from crm_api.workflow.approvals.resource import APPROVE, approvals

MOST_STEPS_UP = 50
_IDS = bindparam("ids", type_=ARRAY(Uuid(as_uuid=False)))
_ROLES = bindparam("deciding", type_=ARRAY(Text))


class ApprovalRepository(Repository[Approval]):
    """Approvals of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, approvals)

    async def is_granted(self, resource: str, record_id: str, same: Mapping[str, Any]) -> bool:
        """Whether a record was approved before, for the same type and at the same amount."""
        values = {"resource": resource, "record_id": record_id, **same}
        return bool(await self.uow.fetch("granted approval", _granted, values))

    async def overdue(self, at: datetime, at_most: int) -> list[str]:
        """Approvals in which somebody is to be reminded or their superior asked, in the order of their ids."""
        rows = await self.uow.fetch("overdue approvals", _overdue, {"at": at, "at_most": at_most})
        return [row[0] for row in rows]


class PeopleRepository:
    """People as approvers: those who are there, and whose roles let them decide."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def able(self, ids: Iterable[str]) -> set[str]:
        """Those of some users who can be asked; they stay able until the commit."""
        rows = await self.uow.fetch("able to decide", _able, {"ids": sorted(ids), **_deciding()})
        return {row[0] for row in rows}

    async def superiors(self, user_id: str) -> list[str]:
        """The superiors of a user who can be asked, the nearest first."""
        rows = await self.uow.fetch("able superiors", _superiors, {"id": user_id, **_deciding()})
        return [row[0] for row in rows]

    async def holders(self, role: str) -> list[str]:
        """The users of a role who can be asked, by name."""
        rows = await self.uow.fetch("able holders", _holders, {"role": role, **_deciding()})
        return [row[0] for row in rows]

    async def path(self, team_id: str) -> list[str]:
        """The teams from the topmost down to this one."""
        rows = await self.uow.fetch("team of a subject", _path, {"id": team_id})
        return list(rows[0][0]) if rows else []

    async def leaders(self, team_ids: Sequence[str]) -> list[str]:
        """The leaders of some teams, of the lowest team first."""
        rows = await self.uow.fetch("team leaders", _leaders, {"ids": list(team_ids)})
        return [row[0] for row in rows]


class LeavingRepository:
    """What an approver leaves behind."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def open_for(self, user_id: str) -> list[str]:
        """The pending approvals in which a user is or will be asked."""
        rows = await self.uow.fetch("open approvals", _open_for, {"id": user_id})
        return [row[0] for row in rows]


def _granted() -> Select[Any]:
    rows = scoped(Approval, "r")
    same = {
        "type": bindparam("type", type_=Text),
        "amount": bindparam("amount", type_=Numeric),
        "amount_currency": bindparam("currency", type_=Text),
    }
    return (
        select(rows.c.id)
        .where(
            rows.c.subject_type == bindparam("resource", type_=Text),
            rows.c.subject_id == bindparam("record_id", type_=Uuid(as_uuid=False)),
            rows.c.status == ApprovalStatus.APPROVED.value,
            *(rows.c[name].is_not_distinct_from(value) for name, value in same.items()),
        )
        .limit(literal(1, Integer))
    )


def _overdue() -> Select[Any]:
    steps = scoped(ApprovalStep, "s")
    late = steps.c.chase_at <= bindparam("at", type_=DateTime(timezone=True))
    found = select(steps.c.approval_id).where(late).order_by(steps.c.chase_at)
    some = found.limit(bindparam("at_most", type_=Integer)).subquery()
    return select(cast(some.c.approval_id, Text)).distinct().order_by(cast(some.c.approval_id, Text))


def _deciding() -> dict[str, list[str]]:
    return {"deciding": [key for key, role in ROLES.items() if APPROVE in role.permissions()]}


def _is_able(people: Alias) -> ColumnElement[bool]:
    return and_(
        people.c.status != UserStatus.DISABLED.value,
        people.c.deleted_at.is_(None),
        people.c.roles.has_any(_ROLES),
    )


def _able() -> Select[Any]:
    people = scoped(User, "u")
    return (
        select(cast(people.c.id, Text))
        .where(people.c.id == func.any(_IDS), _is_able(people))
        .order_by(people.c.id)
        .with_for_update(read=True, of=people)
    )


def _superiors() -> Select[Any]:
    people, above, found = scoped(User, "u"), scoped(User, "above"), scoped(User, "found")
    start = select(people.c.manager_id, literal(1, Integer).label("steps"))
    chain = start.where(people.c.id == bindparam("id", type_=Uuid(as_uuid=False))).cte(
        "chain", recursive=True
    )
    chain = chain.union_all(
        select(above.c.manager_id, chain.c.steps + literal(1, Integer)).where(
            above.c.id == chain.c.manager_id, chain.c.steps < literal(MOST_STEPS_UP, Integer)
        )
    )
    return (
        select(cast(found.c.id, Text))
        .join_from(found, chain, chain.c.manager_id == found.c.id)
        .where(_is_able(found))
        .order_by(chain.c.steps)
    )


def _holders() -> Select[Any]:
    people = scoped(User, "u")
    return (
        select(cast(people.c.id, Text))
        .where(people.c.roles.has_key(bindparam("role", type_=Text)), _is_able(people))
        .order_by(people.c.name_sort, people.c.id)
    )


def _path() -> Select[Any]:
    teams = scoped(Team, "t")
    return select(cast(teams.c.path, ARRAY(Text))).where(
        teams.c.id == bindparam("id", type_=Uuid(as_uuid=False))
    )


def _leaders() -> Select[Any]:
    teams = scoped(Team, "t")
    return (
        select(cast(teams.c.leader_id, Text))
        .where(teams.c.id == func.any(_IDS), teams.c.leader_id.is_not(None), teams.c.deleted_at.is_(None))
        .order_by(func.cardinality(teams.c.path).desc())
    )


def _open_for() -> Select[Any]:
    rows, steps = scoped(Approval, "r"), scoped(ApprovalStep, "s")
    asked = select(steps.c.approval_id).where(
        steps.c.approver_id == bindparam("id", type_=Uuid(as_uuid=False)),
        steps.c.status == func.any(bindparam("open", sorted(OPEN), type_=ARRAY(Text))),
    )
    return (
        select(cast(rows.c.id, Text))
        .where(rows.c.id.in_(asked), rows.c.status == ApprovalStatus.PENDING.value)
        .order_by(rows.c.id)
    )
