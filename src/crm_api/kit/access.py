"""Wall two: which rows of a resource a principal reaches, as SQL.

Two forms of the same rule. `predicate` is one condition, for a single row, a join, a reference, a count.
`branches` is a list of ways into the table, each served by one index range, for pages: a UNION of ordered ranges costs
a few milliseconds where `owner = me OR team IN (…)` sorts the table. Whatever is not foreseen is `false`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Select, Text, Uuid, and_, false, func, lateral, or_, select, true
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, BindParameter, bindparam

from crm_api.kit.grants import RecordGrant
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.tenancy import scoped

ME = bindparam("me", type_=Uuid(as_uuid=False))
TEAMS = bindparam("teams", type_=ARRAY(Uuid(as_uuid=False)))
OWN_TEAM = bindparam("own_team", type_=ARRAY(Uuid(as_uuid=False)))
SUBTREE = bindparam("subtree", type_=ARRAY(Uuid(as_uuid=False)))
Narrow = Callable[[Select[Any], Any], Select[Any]]


class Arm(StrEnum):
    """The SQL form of a reach; TEAM and SUBTREE differ in values only."""

    NONE = "none"
    OWN = "own"
    TEAMS = "teams"
    ALL = "all"
    PUBLISHED = "published"
    SUBJECTS = "subjects"


class Scope(NamedTuple):
    """What shapes the access condition of a statement; part of its cache key.

    `about` names the resources the caller may read, where rows are about resources.
    """

    arm: Arm
    grants: bool = False
    about: tuple[str, ...] = ()
    subjects: "tuple[SubjectScope, ...]" = ()


class SubjectScope(NamedTuple):
    """How far the caller reaches among the records of one resource that something can be about."""

    resource: str
    reach: Reach
    scope: Scope


@dataclass(frozen=True)
class Access:
    """Rows follow their owner and team, or (owned=False) belong to everybody in the tenant who holds the permission."""

    owned: bool

    def scope(self, principal: Principal, reach: Reach, resource: str) -> Scope:
        """The form in which a reach enters SQL; grants are left out for a principal who has none here."""
        if not self.owned:
            return Scope(Arm.ALL if reach is not Reach.NONE else Arm.NONE)
        grants = reach not in (Reach.NONE, Reach.ALL) and resource in principal.shared
        match reach:
            case Reach.ALL:
                return Scope(Arm.ALL)
            case Reach.SUBTREE | Reach.TEAM:
                return Scope(Arm.TEAMS, grants)
            case Reach.OWN:
                return Scope(Arm.OWN, grants)
            case _:
                return Scope(Arm.NONE)

    def admits(self, principal: Principal, reach: Reach, owner_id: str | None, team_id: str | None) -> bool:
        """Whether a row with this owner and team lies within a reach: asked of rows that are being written."""
        match self.scope(principal, reach, "").arm:
            case Arm.ALL:
                return True
            case Arm.TEAMS:
                return owner_id == principal.id or (team_id is not None and team_id in principal.teams(reach))
            case Arm.OWN:
                return owner_id == principal.id
            case _:
                return False

    def predicate(
        self, rows: Alias, scope: Scope, resource: str, teams: BindParameter[Any] = TEAMS
    ) -> ColumnElement[bool]:
        """The rows of `rows` in scope, as one condition; `teams` holds the teams of the reach."""
        match scope.arm:
            case Arm.ALL:
                return true()
            case Arm.TEAMS:
                ways = [rows.c.owner_id == ME, rows.c.team_id == func.any(teams)]
            case Arm.OWN:
                ways = [rows.c.owner_id == ME]
            case _:
                return false()
        if scope.grants:
            ways.append(granted(resource).where(_grants.c.record_id == rows.c.id).exists())
        return or_(*ways)

    def branches(
        self, rows: Alias, keys: list[ColumnElement[Any]], scope: Scope, resource: str, narrow: Narrow
    ) -> list[Select[Any]]:
        """Ordered ways to the rows in scope, each selecting `keys`; `narrow` adds filter, position, order and limit."""
        match scope.arm:
            case Arm.ALL:
                return [narrow(select(*keys), rows)]
            case Arm.TEAMS:
                team = func.unnest(TEAMS).table_valued("team_id", name="team").render_derived()
                page = lateral(narrow(select(*keys).where(rows.c.team_id == team.c.team_id), rows), "page")
                found = [
                    narrow(select(*keys).where(rows.c.owner_id == ME), rows),
                    select(*page.c).select_from(team.join(page, true())),
                ]
            case Arm.OWN:
                found = [narrow(select(*keys).where(rows.c.owner_id == ME), rows)]
            case _:
                return [select(*keys).where(false())]
        if scope.grants:
            joined = select(*keys).where(rows.c.id.in_(granted(resource)))
            found.append(narrow(joined, rows))
        return found


@dataclass(frozen=True)
class Published(Access):
    """Rows are changed by their owner; shared ones are read by whoever may read the resource they are about."""

    def scope(self, principal: Principal, reach: Reach, _: str) -> Scope:
        if reach is Reach.NONE:
            return Scope(Arm.NONE)
        about = {
            right.resource for right, held in principal.reaches.items() if right.action == "read" and held
        }
        return Scope(Arm.PUBLISHED, about=tuple(sorted(about)))

    def admits(self, principal: Principal, reach: Reach, owner_id: str | None, _: str | None) -> bool:
        return reach is not Reach.NONE and owner_id == principal.id

    def predicate(
        self, rows: Alias, scope: Scope, _: str, __: BindParameter[Any] = TEAMS
    ) -> ColumnElement[bool]:
        if scope.arm is not Arm.PUBLISHED:
            return false()
        readable = bindparam("readable", list(scope.about), type_=ARRAY(Text))
        return or_(rows.c.owner_id == ME, and_(rows.c.shared, rows.c.resource == func.any(readable)))

    def branches(
        self, rows: Alias, keys: list[ColumnElement[Any]], scope: Scope, resource: str, narrow: Narrow
    ) -> list[Select[Any]]:
        return [narrow(select(*keys).where(self.predicate(rows, scope, resource)), rows)]


_grants = scoped(RecordGrant, "granted")


def granted(resource: str) -> Select[Any]:
    """The records of a resource that were shared with the caller."""
    return select(_grants.c.record_id).where(
        _grants.c.principal_id == ME,
        _grants.c.resource == bindparam(f"granted_{resource}", resource, type_=Text),
    )


def grant_level(rows: Alias, resource: str) -> ColumnElement[Any]:
    """`read`, `write` or null: how a row was shared with the caller."""
    shared = granted(resource).where(_grants.c.record_id == rows.c.id)
    return shared.with_only_columns(_grants.c.level).scalar_subquery()


def owned() -> Access:
    """Rows with an owner and a team."""
    return Access(owned=True)


def published() -> Access:
    """Rows of one principal each, with a flag `shared` and the name of a `resource`."""
    return Published(owned=False)


def everyone() -> Access:
    """Rows that everybody who holds the permission shares."""
    return Access(owned=False)


def access_values(principal: Principal, reach: Reach) -> dict[str, Any]:
    """The values that access conditions are bound to."""
    return {
        "tenant": principal.tenant_id,
        "me": principal.id,
        "teams": principal.teams(reach),
        "own_team": principal.teams(Reach.TEAM),
        "subtree": principal.teams(Reach.SUBTREE),
    }


@dataclass(frozen=True)
class Authored(Access):
    """Rows that are their maker's own business, and that of those who reach everything."""

    owned: bool = False

    def scope(self, principal: Principal, reach: Reach, resource: str) -> Scope:  # noqa: ARG002
        """Mine, or all."""
        narrow = Arm.NONE if reach is Reach.NONE else Arm.OWN
        return Scope(Arm.ALL if reach is Reach.ALL else narrow)

    def admits(self, principal: Principal, reach: Reach, owner_id: str | None, team_id: str | None) -> bool:  # noqa: ARG002
        """A row that was seen within the same reach may be changed."""
        return reach is not Reach.NONE

    def predicate(
        self, rows: Alias, scope: Scope, resource: str, teams: BindParameter[Any] = TEAMS
    ) -> ColumnElement[bool]:
        """The rows that the caller made."""
        return (
            rows.c.created_by == ME
            if scope.arm is Arm.OWN
            else super().predicate(rows, scope, resource, teams)
        )

    def branches(
        self, rows: Alias, keys: list[ColumnElement[Any]], scope: Scope, resource: str, narrow: Narrow
    ) -> list[Select[Any]]:
        """One way: by maker, or all."""
        if scope.arm is Arm.OWN:
            return [narrow(select(*keys).where(rows.c.created_by == ME), rows)]
        return super().branches(rows, keys, scope, resource, narrow)


def authored() -> Access:
    """Rows of whoever made them."""
    return Authored()
