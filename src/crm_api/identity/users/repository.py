"""The SQL that users have of their own."""

from typing import Any

from sqlalchemy import Select, Text, Uuid, cast, select
from sqlalchemy.sql.expression import bindparam, literal

from crm_api.identity.teams.models import Team
from crm_api.identity.users.models import User, UserStatus
from crm_api.identity.users.resource import users
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

_ONE = bindparam("one", type_=Uuid(as_uuid=False))
_TEAM = bindparam("team", type_=Uuid(as_uuid=False))


class UserRepository(Repository[User]):
    """Users of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, users)

    async def hold_team(self, team_id: str) -> bool:
        """Whether the team is there; it cannot be deleted before the commit."""
        return bool(await self.uow.fetch("hold team", _hold_team, {"team": team_id}))

    async def in_team(self, team_id: str) -> bool:
        """Whether anybody is in the team."""
        return bool(await self.uow.fetch("user in team", _in_team, {"team": team_id}))

    async def reports_to(self, user_id: str, manager_id: str) -> bool:
        """Whether the chain of managers of one user passes through another."""
        return bool(await self.uow.fetch("managers", _reports_to, {"one": user_id, "sought": manager_id}))

    async def another_administrator(self, user_id: str) -> bool:
        """Whether somebody else is an active administrator."""
        return bool(await self.uow.fetch("another administrator", _another_administrator, {"one": user_id}))


def _hold_team() -> Select[Any]:
    teams = scoped(Team, "t")
    alive = teams.c.deleted_at.is_(None)
    return (
        select(cast(teams.c.id, Text)).where(teams.c.id == _TEAM, alive).with_for_update(read=True, of=teams)
    )


def _in_team() -> Select[Any]:
    people = scoped(User, "u")
    return (
        select(cast(people.c.id, Text))
        .where(people.c.team_id == _TEAM, people.c.deleted_at.is_(None))
        .limit(literal(1))
    )


def _reports_to() -> Select[Any]:
    people, above = scoped(User, "u"), scoped(User, "above")
    chain = select(people.c.id, people.c.manager_id).where(people.c.id == _ONE).cte("chain", recursive=True)
    chain = chain.union(select(above.c.id, above.c.manager_id).where(above.c.id == chain.c.manager_id))
    return select(chain.c.id).where(chain.c.id == bindparam("sought", type_=Uuid(as_uuid=False)))


def _another_administrator() -> Select[Any]:
    people = scoped(User, "u")
    return (
        select(cast(people.c.id, Text))
        .where(
            people.c.id != _ONE,
            people.c.status == UserStatus.ACTIVE.value,
            people.c.deleted_at.is_(None),
            people.c.roles.has_key("administrator"),
        )
        .limit(literal(1))
    )
