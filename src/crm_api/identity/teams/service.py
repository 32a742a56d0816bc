"""The verbs of teams."""

from collections.abc import Mapping
from typing import Any

from crm_api.identity.teams.errors import ParentDeleted, TeamCycle
from crm_api.identity.teams.models import Team
from crm_api.identity.teams.repository import TeamRepository
from crm_api.identity.teams.resource import MOVE
from crm_api.identity.tenants.repository import TenantRepository
from crm_api.kit import clock
from crm_api.kit.errors import Conflict, Forbidden, Invalid
from crm_api.kit.principal import Reach
from crm_api.kit.registries import ask_gates
from crm_api.kit.uow import UnitOfWork


class TeamService:
    """Raises kinds, emits facts; never queries, never commits. Changing the shape of the tree holds it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = TeamRepository(uow)
        self._tenant = TenantRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new team below its parent, or at the top."""
        values = dict(given)
        given_id = values.pop("id", None)
        team = Team.new(name="", name_sort="", **({"id": given_id} if given_id else {}))
        await self._tenant.hold()
        await self._place(team, values.pop("parent_id", None))
        self._change(team, values)
        return await self._repository.add(team)

    async def update(self, team_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears; another parent needs the right to move."""
        values = dict(given)
        if "parent_id" in values:
            await self._tenant.hold()
        team = await self._repository.load(team_id)
        event = "updated"
        if "parent_id" in values and (parent_id := values.pop("parent_id")) != team.parent_id:
            if self.uow.principal.reach(MOVE) is Reach.NONE:
                raise Forbidden
            await self._move(team, parent_id)
            event = "moved"
        self._change(team, values)
        return await self._repository.save(team, event=event)

    async def move(self, team_id: str, parent_id: str | None) -> dict[str, Any]:
        """The team and everything below it to another place in the tree."""
        await self._tenant.hold()
        team = await self._repository.load(team_id)
        if parent_id != team.parent_id:
            await self._move(team, parent_id)
        return await self._repository.save(team, event="moved")

    async def delete(self, team_id: str) -> None:
        """Softly, unless teams or people are still in it."""
        await self._tenant.hold()
        team = await self._repository.load(team_id)
        if await self._repository.has_children(team.id):
            raise Conflict("in_use")
        await ask_gates("teams.delete", self.uow, team)
        team.deleted_at = clock.now()
        await self._repository.save(team, event="deleted")

    async def restore(self, team_id: str) -> dict[str, Any]:
        """Undo a deletion, where it stood; the team above has to be there."""
        await self._tenant.hold()
        team = await self._repository.load(team_id, deleted=True)
        if team.parent_id and await self._repository.path_of(team.parent_id) is None:
            raise ParentDeleted
        team.deleted_at = None
        return await self._repository.save(team, event="restored")

    async def _move(self, team: Team, parent_id: str | None) -> None:
        depth = len(team.path)
        await self._place(team, parent_id)
        await self._repository.follow(team.id, depth, team.path)

    async def _place(self, team: Team, parent_id: str | None) -> None:
        above = await self._repository.path_of(parent_id) if parent_id else []
        if above is None:
            raise Invalid.at("/parent_id", "reference_not_found", resource="team")
        if team.id in above:
            raise TeamCycle
        team.apply({"parent_id": parent_id, "path": [*above, team.id]})

    def _change(self, team: Team, values: dict[str, Any]) -> None:
        if "name" in values:
            team.rename(values.pop("name"))
        team.apply(values)
