"""Who sees an approval: whoever submitted it, whoever was asked, and those who reach its team."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, BindParameter

from crm_api.kit.access import ME, TEAMS, Access, Arm, Narrow, Scope
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.tenancy import scoped
from crm_api.workflow.approvals.models import ApprovalStep


@dataclass(frozen=True)
class Involving(Access):
    """Rows of their submitter, of those whom their steps name, and of the teams of a reach.

    What was seen may be acted on; whose turn it is, the verbs say.
    """

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
        ways = [rows.c.submitter_id == ME, rows.c.id.in_(_asked())]
        return or_(*ways, *([rows.c.team_id == func.any(teams)] if scope.arm is Arm.TEAMS else []))

    def branches(
        self, rows: Alias, keys: list[ColumnElement[Any]], scope: Scope, resource: str, narrow: Narrow
    ) -> list[Select[Any]]:
        """One ordered way in: whom a row involves is looked up first and once."""
        if scope.arm in (Arm.OWN, Arm.TEAMS):
            return [narrow(select(*keys).where(self.predicate(rows, scope, resource)), rows)]
        return super().branches(rows, keys, scope, resource, narrow)


def _asked() -> Select[Any]:
    steps = scoped(ApprovalStep, "asked")
    return select(steps.c.approval_id).where(steps.c.approver_id == ME)
