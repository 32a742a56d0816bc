"""`/api/v1/teams`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.identity.teams.resource import MOVE, teams
from crm_api.identity.teams.schemas import TeamCreate, TeamMove, TeamRead, TeamUpdate
from crm_api.identity.teams.service import TeamService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes

router = APIRouter(prefix="/api/v1/teams", tags=["teams"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(teams.create)]
CanUpdate = Annotated[UnitOfWork, allowed(teams.update)]
CanDelete = Annotated[UnitOfWork, allowed(teams.delete)]
CanRestore = Annotated[UnitOfWork, allowed(teams.restore)]
CanMove = Annotated[UnitOfWork, allowed(MOVE)]

reads(router, teams, TeamRead)
writes(router, teams, TeamCreate, TeamUpdate, TeamService, TeamRead)


@router.post(
    "", status_code=201, response_model=TeamRead, operation_id="teams_create", summary="Create a team"
)
async def create_team(data: TeamCreate, uow: CanCreate) -> Any:
    """Below its parent, or at the top of the tree."""
    return await TeamService(uow).create(data.given())


@router.patch("/{team_id}", response_model=TeamRead, operation_id="teams_update", summary="Change a team")
async def update_team(team_id: str, data: TeamUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears. Another parent moves the team, which needs the right to move."""
    return await TeamService(uow).update(team_id, data.given())


@router.post("/{team_id}/move", response_model=TeamRead, operation_id="teams_move", summary="Move a team")
async def move_team(team_id: str, data: TeamMove, uow: CanMove) -> Any:
    """With everything below it. What its people may see follows within a second."""
    return await TeamService(uow).move(team_id, data.parent_id)


@router.delete("/{team_id}", status_code=204, operation_id="teams_delete", summary="Delete a team")
async def delete_team(team_id: str, uow: CanDelete) -> None:
    """Softly. 409 while teams or users are in it."""
    await TeamService(uow).delete(team_id)


@router.post(
    "/{team_id}/restore", response_model=TeamRead, operation_id="teams_restore", summary="Restore a team"
)
async def restore_team(team_id: str, uow: CanRestore) -> Any:
    """Undo a deletion, in the place where it stood. 409 when the team above is deleted."""
    return await TeamService(uow).restore(team_id)
