"""The access of rows that name the people they involve in a table of their own."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, BindParameter

from crm_api.kit.access import ME, TEAMS, Access, Arm, Narrow, Scope
from crm_api.kit.db import Base
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.tenancy import scoped


@dataclass(frozen=True)
class Involving(Access):
    """Rows of whoever stands in `author`, of those whom rows of `model` name in `person`, and of the teams of a reach.

    `model` points back with `parent`. A row that was seen may be acted on as far as the verb itself allows.
    """

    model: type[Base]
    parent: str
    person: str
    author: str
    owned: bool = field(default=False, init=False)

    def scope(self, principal: Principal, reach: Reach, resource: str) -> Scope:  # noqa: ARG002
        match reach:
            case Reach.ALL:
                return Scope(Arm.ALL)
            case Reach.SUBTREE | Reach.TEAM:
                return Scope(Arm.TEAMS)
            case Reach.OWN:
                return Scope(Arm.OWN)
            case _:
                return Scope(Arm.NONE)

    def admits(self, principal: Principal, reach: Reach, owner_id: str | None, team_id: str | None) -> bool:  # noqa: ARG002
        return reach is not Reach.NONE

    def predicate(
        self, rows: Alias, scope: Scope, resource: str, teams: BindParameter[Any] = TEAMS
    ) -> ColumnElement[bool]:
        if scope.arm not in (Arm.OWN, Arm.TEAMS):
            return super().predicate(rows, scope, resource, teams)
        ways = [rows.c[self.author] == ME, rows.c.id.in_(self._named())]
        return or_(*ways, *([rows.c.team_id == func.any(teams)] if scope.arm is Arm.TEAMS else []))

    def branches(
        self, rows: Alias, keys: list[ColumnElement[Any]], scope: Scope, resource: str, narrow: Narrow
    ) -> list[Select[Any]]:
        """One ordered way in: whom a row involves is looked up first and once."""
        if scope.arm in (Arm.OWN, Arm.TEAMS):
            return [narrow(select(*keys).where(self.predicate(rows, scope, resource)), rows)]
        return super().branches(rows, keys, scope, resource, narrow)

    def _named(self) -> Select[Any]:
        people = scoped(self.model, "involved")
        return select(people.c[self.parent]).where(people.c[self.person] == ME)
