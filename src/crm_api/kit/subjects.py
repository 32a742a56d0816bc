"""The access of rows that are about a record, or belong to one: asked of the record, in the same statement."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, Text, false, literal, or_, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, BindParameter

from crm_api.kit.access import OWN_TEAM, SUBTREE, TEAMS, Access, Arm, Narrow, Scope, SubjectScope
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped


@dataclass(frozen=True)
class SubjectAccess(Access):
    """Rows that follow the record they are about (`subject_type`, `subject_id`): whoever reads it reads them."""

    subjects: Callable[[], Iterable[Resource]]
    owned: bool = field(default=False, init=False)

    def scope(self, principal: Principal, reach: Reach, resource: str) -> Scope:  # noqa: ARG002
        if reach is Reach.NONE:
            return Scope(Arm.NONE)
        reaches = [(subject, principal.reach(subject.read)) for subject in self.subjects()]
        found = [
            SubjectScope(subject.name, reach, subject.access.scope(principal, reach, subject.name))
            for subject, reach in reaches
            if reach is not Reach.NONE
        ]
        return Scope(Arm.SUBJECTS, subjects=tuple(found))

    def admits(self, principal: Principal, reach: Reach, owner_id: str | None, team_id: str | None) -> bool:  # noqa: ARG002
        """The permission is held; whether the subject may be changed is asked of the subject."""
        return reach is not Reach.NONE

    def predicate(
        self,
        rows: Alias,
        scope: Scope,
        resource: str,  # noqa: ARG002
        teams: BindParameter[Any] = TEAMS,  # noqa: ARG002
    ) -> ColumnElement[bool]:
        known = {found.name: found for found in self.subjects()}
        return or_(false(), *(self.about(rows, known[part.resource], part) for part in scope.subjects))

    def about(self, rows: Alias, subject: Resource, part: SubjectScope) -> ColumnElement[bool]:
        """The rows about those records of one resource that the caller may see."""
        return (rows.c.subject_type == literal(subject.name, Text)) & _visible(
            rows.c.subject_id, subject, part
        )

    def branches(
        self, rows: Alias, keys: list[ColumnElement[Any]], scope: Scope, resource: str, narrow: Narrow
    ) -> list[Select[Any]]:
        """One way: whoever lists them names the subject, whose rows lie together in an index."""
        return [narrow(select(*keys).where(self.predicate(rows, scope, resource)), rows)]


@dataclass(frozen=True)
class ParentAccess(SubjectAccess):
    """Rows that belong to the record which one of their fields names: whoever reads it reads them."""

    column: str

    def about(self, rows: Alias, subject: Resource, part: SubjectScope) -> ColumnElement[bool]:
        return _visible(rows.c[self.column], subject, part)


def through(column: str, parent: Resource) -> Access:
    """Rows that belong to the record of `parent` which `column` names; writing asks for the right to change that."""
    return ParentAccess(lambda: (parent,), column)


def _visible(record_id: ColumnElement[Any], subject: Resource, part: SubjectScope) -> ColumnElement[bool]:
    records = scoped(subject.model, f"{subject.name}_subject")
    teams = SUBTREE if part.reach is Reach.SUBTREE else OWN_TEAM
    allowed = subject.access.predicate(records, part.scope, subject.name, teams)
    return select(records.c.id).where(records.c.id == record_id, allowed, *subject.alive(records)).exists()
