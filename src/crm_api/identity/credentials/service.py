"""Letting people in: which login is which user, and whose password it is.

A login is one person for the whole installation. A company may set the password of somebody who belongs to it
alone; a person who was ever let into another company keeps their own, and no answer tells that there is one.
"""

from crm_api.identity.credentials.repository import CredentialRepository
from crm_api.kit import clock
from crm_api.kit.ids import new_id
from crm_api.kit.uow import UnitOfWork


class CredentialService:
    """The logins and sessions of the users of one tenant."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._repository = CredentialRepository(uow)

    async def admit(self, user_id: str, email: str, password_hash: str | None = None) -> None:
        """Let the person with this address (folded) in as a user, whatever user they were here before."""
        login = await self._repository.hold_login(new_id(), email, password_hash)
        await self._repository.join(login["id"], user_id)
        if password_hash is not None and login["password_hash"] != password_hash:
            await self._set_password(login["id"], password_hash)

    async def set_password(self, user_id: str, password_hash: str) -> None:
        """Give a user a new password and end their sessions."""
        login = await self._repository.login_of(user_id)
        if login is not None:
            await self._set_password(login["id"], password_hash)
        await self.end_sessions(user_id)

    async def readdress(self, user_id: str, email: str) -> None:
        """Sign in with another address (folded) from now on, with the password they have.

        If somebody signs in with that address elsewhere already, with theirs.
        """
        before = await self._repository.login_of(user_id)
        await self._repository.leave(user_id)
        await self.admit(user_id, email, before["password_hash"] if before else None)
        if before is not None:
            await self._repository.forget(before["id"])

    async def end_sessions(self, user_id: str) -> None:
        """Sign a user out everywhere."""
        await self._repository.end_sessions_of(user_id, clock.now())

    async def _set_password(self, login_id: str, password_hash: str) -> None:
        if not await self._repository.belongs_elsewhere(login_id):
            await self._repository.set_password(login_id, password_hash)
