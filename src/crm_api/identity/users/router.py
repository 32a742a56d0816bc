"""`/api/v1/users`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.identity.users.resource import DISABLE, MOVE, users
from crm_api.identity.users.schemas import UserCreate, UserMove, UserRead, UserUpdate
from crm_api.identity.users.service import UserService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes

router = APIRouter(prefix="/api/v1/users", tags=["users"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(users.create)]
CanUpdate = Annotated[UnitOfWork, allowed(users.update)]
CanDelete = Annotated[UnitOfWork, allowed(users.delete)]
CanRestore = Annotated[UnitOfWork, allowed(users.restore)]
CanMove = Annotated[UnitOfWork, allowed(MOVE)]
CanDisable = Annotated[UnitOfWork, allowed(DISABLE)]

reads(router, users, UserRead)
writes(router, users, UserCreate, UserUpdate, UserService, UserRead)


@router.post(
    "", status_code=201, response_model=UserRead, operation_id="users_create", summary="Create a user"
)
async def create_user(data: UserCreate, uow: CanCreate) -> Any:
    """With a password the user is active at once, without one invited.

    Roles need the right to assign them; a role
    outside the defaults can only be handed out by somebody who holds it. A person who is already known to this
    installation signs in with the password they have.
    """
    return await UserService(uow).create(data.given())


@router.patch("/{user_id}", response_model=UserRead, operation_id="users_update", summary="Change a user")
async def update_user(user_id: str, data: UserUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears.

    Another team needs the right to move, other roles the right to assign them. A new
    password ends every session of the user. The last active administrator stays one.
    Who may sign in as a company owner is changed by company owners only.
    """
    return await UserService(uow).update(user_id, data.given())


@router.post(
    "/{user_id}/move", response_model=UserRead, operation_id="users_move", summary="Move a user to a team"
)
async def move_user(user_id: str, data: UserMove, uow: CanMove) -> Any:
    """Open records of the user count for the new team from now on; closed ones keep the team they were closed in."""
    return await UserService(uow).move(user_id, data.team_id)


@router.post(
    "/{user_id}/disable", response_model=UserRead, operation_id="users_disable", summary="Disable a user"
)
async def disable_user(user_id: str, uow: CanDisable) -> Any:
    """Signed out within a second and kept out.

    409 while the user owns open records, or is the last active
    administrator.
    """
    return await UserService(uow).disable(user_id)


@router.post(
    "/{user_id}/enable", response_model=UserRead, operation_id="users_enable", summary="Enable a user"
)
async def enable_user(user_id: str, uow: CanDisable) -> Any:
    """They may sign in again, with the password and roles they had."""
    return await UserService(uow).enable(user_id)


@router.delete("/{user_id}", status_code=204, operation_id="users_delete", summary="Delete a user")
async def delete_user(user_id: str, uow: CanDelete) -> None:
    """Softly: signed out, gone from every list, the address free for another user.

    409 as for disabling. What they did
    stays theirs.
    """
    await UserService(uow).delete(user_id)


@router.post(
    "/{user_id}/restore", response_model=UserRead, operation_id="users_restore", summary="Restore a user"
)
async def restore_user(user_id: str, uow: CanRestore) -> Any:
    """Undo a deletion, with the status they had.

    409 when another user has taken the address meanwhile; the team is
    left when it was deleted.
    """
    return await UserService(uow).restore(user_id)
