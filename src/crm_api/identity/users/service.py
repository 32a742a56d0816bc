"""The verbs of users."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from crm_api.identity.credentials.passwords import hash_password
from crm_api.identity.credentials.service import CredentialService
from crm_api.identity.roles.catalogue import ROLES
from crm_api.identity.tenants.models import PrincipalKind
from crm_api.identity.tenants.repository import TenantRepository
from crm_api.identity.users.errors import LastAdministrator, ManagerCycle, RolesUnknown, UserStillOwns
from crm_api.identity.users.models import User, UserStatus
from crm_api.identity.users.repository import UserRepository
from crm_api.identity.users.resource import ASSIGN_ROLES, MOVE, users
from crm_api.kit import clock
from crm_api.kit.effects import event
from crm_api.kit.errors import Conflict, Forbidden, Invalid
from crm_api.kit.leaving import count_open_rows, restamp_open_rows
from crm_api.kit.principal import Reach
from crm_api.kit.registries import ask_gates
from crm_api.kit.uow import UnitOfWork


class UserService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = UserRepository(uow)
        self._credentials = CredentialService(uow)
        self._tenant = TenantRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new user: active with a password, else invited."""
        values = dict(given)
        password_hash = await _hashed(values)
        roles = self._roles(values.pop("roles", []), held=[])
        user = User.new(email=values.pop("email"), name="", name_sort="", roles=roles, **_id(values))
        team_id = values.pop("team_id", None)
        await self._join_team(user, team_id)
        await self._change(user, values)
        return await self.admit(user, password_hash)

    async def admit(self, user: User, password_hash: str | None) -> dict[str, Any]:
        """Store a new user with the principal they act as and the login they come in by."""
        if password_hash is not None:
            user.activate(clock.now())
        await self._tenant.add_principal(user.id, PrincipalKind.USER, user.name)
        created = await self._repository.add(user)
        await self._credentials.admit(user.id, user.email, password_hash)
        return created

    async def update(self, user_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears. Another team or other roles need their own rights."""
        values = dict(given)
        password_hash = await _hashed(values)
        user = await self._repository.load(user_id)
        if password_hash is not None or values.get("email", user.email) != user.email:
            self._demand_held(user.roles)
        if values.get("team_id", user.team_id) != user.team_id:
            self._demand(MOVE)
        team_id = values.pop("team_id", user.team_id)
        if "roles" in values:
            await self._hand_out(user, values.pop("roles"))
        if "email" in values:
            await self._readdress(user, values.pop("email"))
        await self._change(user, values)
        if password_hash is not None:
            await self._take_password(user, password_hash)
        return await self._place(user, team_id)

    async def move(self, user_id: str, team_id: str | None) -> dict[str, Any]:
        """To another team; open records of the user count for it from now on, closed ones for the former."""
        return await self._place(await self._repository.load(user_id), team_id)

    async def disable(self, user_id: str) -> dict[str, Any]:
        """Signed out at once and kept out, unless open records would be left behind."""
        user = await self._repository.load(user_id)
        if user.status != UserStatus.DISABLED:
            await self._dismiss(user)
            user.status = UserStatus.DISABLED.value
        return await self._repository.save(user, event="disabled")

    async def enable(self, user_id: str) -> dict[str, Any]:
        """They may sign in again as they could before."""
        user = await self._repository.load(user_id)
        if user.status == UserStatus.DISABLED:
            user.status = (UserStatus.ACTIVE if user.activated_at else UserStatus.INVITED).value
        return await self._repository.save(user, event="enabled")

    async def accept(self, user_id: str) -> None:
        """An invited person has signed in with the password they have."""
        self.uow.principal = replace(
            self.uow.principal, reaches={users.read: Reach.ALL, users.update: Reach.ALL}
        )
        self.uow.permission = users.update
        user = await self._repository.load(user_id)
        user.activate(clock.now())
        await self._repository.save(user, event="activated")

    async def delete(self, user_id: str) -> None:
        """Softly, under the conditions of disabling."""
        user = await self._repository.load(user_id)
        await self._dismiss(user)
        user.deleted_at = clock.now()
        await self._repository.save(user, event="deleted")

    async def restore(self, user_id: str) -> dict[str, Any]:
        """Undo a deletion, unless another user has taken the address; a team deleted meanwhile is left."""
        user = await self._repository.load(user_id, deleted=True)
        user.deleted_at = None
        if user.team_id and not await self._repository.hold_team(user.team_id):
            user.team_id = None
        restored = await self._repository.save(user, event="restored")
        await self._credentials.admit(user.id, user.email)
        return restored

    async def _change(self, user: User, values: dict[str, Any]) -> None:
        if "name" in values:
            user.rename(values.pop("name"))
            await self._tenant.rename_principal(user.id, user.name)
        manager_id = values.get("manager_id")
        if manager_id and (manager_id == user.id or await self._repository.reports_to(manager_id, user.id)):
            raise ManagerCycle
        user.apply(values)

    async def _place(self, user: User, team_id: str | None) -> dict[str, Any]:
        """Save a user who may have changed team: that is the event, whatever else has changed."""
        if team_id == user.team_id:
            return await self._repository.save(user)
        await self._join_team(user, team_id)
        await restamp_open_rows(self.uow, user.id, team_id, clock.now())
        return await self._repository.save(user, event="moved")

    async def _join_team(self, user: User, team_id: str | None) -> None:
        if team_id is not None and not await self._repository.hold_team(team_id):
            raise Invalid.at("/team_id", "reference_not_found", resource="team")
        user.team_id = team_id

    async def _take_password(self, user: User, password_hash: str) -> None:
        """Whoever knew the old one is out; the fact is recorded apart, since the row does not hold it."""
        at = clock.now()
        await self._credentials.set_password(user.id, password_hash)
        self.uow.add(event(self.uow, users, user, "password_set", {}, at))
        user.activate(at)

    async def _dismiss(self, user: User) -> None:
        owned = await count_open_rows(self.uow, user.id)
        if owned:
            raise UserStillOwns(owned)
        await ask_gates("users.disable", self.uow, user)
        if user.administers:
            await self._refuse_last_administrator(user)
        await self._credentials.end_sessions(user.id)

    async def _hand_out(self, user: User, roles: list[str]) -> None:
        was_administrator = user.administers
        user.roles = self._roles(roles, held=user.roles)
        if was_administrator and not user.administers:
            await self._refuse_last_administrator(user)

    async def _readdress(self, user: User, email: str) -> None:
        if email != user.email:
            user.email = email
            await self._credentials.readdress(user.id, email)

    async def _refuse_last_administrator(self, user: User) -> None:
        """Of two administrators who remove each other the second waits here and finds nobody left."""
        await self._tenant.hold()
        if not await self._repository.another_administrator(user.id):
            raise LastAdministrator

    def _roles(self, wanted: list[str], held: list[str]) -> list[str]:
        """The wanted roles, if the caller may hand them out: default ones by right, others held."""
        unknown = [place for place, key in enumerate(wanted) if key not in ROLES]
        if unknown:
            raise RolesUnknown(unknown)
        if set(wanted) != set(held):
            self._demand(ASSIGN_ROLES)
        self._demand_held(set(wanted) - set(held))
        return list(dict.fromkeys(wanted))

    def _demand_held(self, keys: Iterable[str]) -> None:
        """A role outside the defaults is handed out, and its holder's way in changed, by its holders only."""
        for key in keys:
            if key in ROLES and not ROLES[key].default and key not in self.uow.principal.roles:
                raise Forbidden

    def _demand(self, right: Any) -> None:
        if self.uow.principal.reach(right) is Reach.NONE:
            raise Forbidden


def _id(values: dict[str, Any]) -> dict[str, Any]:
    given = values.pop("id", None)
    return {"id": given} if given else {}


async def _hashed(values: dict[str, Any]) -> str | None:
    """Before the transaction opens: hashing takes longer than everything else."""
    return await hash_password(values.pop("password")) if "password" in values else None


async def refuse_team_in_use(uow: UnitOfWork, team: Any) -> None:
    """A team that people are in is not deleted."""
    if await UserRepository(uow).in_team(team.id):
        raise Conflict("in_use")
