"""Logins, memberships, sessions and refresh tokens in SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Select, Text, Uuid, cast, delete, func, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.sql.expression import ClauseElement, bindparam

from crm_api.identity.credentials.models import Login, Membership, RefreshToken, Session
from crm_api.identity.tenants.models import Tenant
from crm_api.kit.db import table
from crm_api.kit.effects import insert_of
from crm_api.kit.tenancy import scoped, scoped_update
from crm_api.kit.uow import UnitOfWork

_UUID = Uuid(as_uuid=False)
_EMAIL = bindparam("email", type_=Text)
_LOGIN = bindparam("login_id", type_=_UUID)
_USER = bindparam("user_id", type_=_UUID)
_TENANT = bindparam("tenant", type_=_UUID)
_SESSION = bindparam("session_id", type_=_UUID)
_AT = bindparam("at", type_=table(Session).c.created_at.type)


class CredentialRepository:
    """Statements on the open tables of signing in, and on the sessions of a tenant."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def login(self, email: str) -> Any:
        """Id and password_hash of the login with a folded e-mail address, or None."""
        rows = await self.uow.fetch("login", _login, {"email": email})
        return rows[0] if rows else None

    async def login_of(self, user_id: str) -> Any:
        """Id and password_hash of the login of a user of this tenant, locked, or None."""
        rows = await self.uow.fetch("login of user", _login_of, {"user_id": user_id})
        return rows[0] if rows else None

    async def hold_login(self, login_id: str, email: str, password_hash: str | None) -> Any:
        """Id and password_hash of the login with this address, locked; made here if there is none."""
        values = {"id": login_id, "new_email": email, "password_hash": password_hash}
        return (await self.uow.fetch("hold login", _hold_login, values))[0]

    async def set_password(self, login_id: str, password_hash: str) -> None:
        """Replace the password."""
        await self.uow.fetch("set password", _set_password, {"login_id": login_id, "new_hash": password_hash})

    async def memberships(self, login_id: str) -> list[Any]:
        """The active companies of a person: tenant_id, user_id, slug, name."""
        return list(await self.uow.fetch("memberships", _memberships, {"login_id": login_id}))

    async def belongs_elsewhere(self, login_id: str) -> bool:
        """Whether the person was ever let into another company than this one."""
        return bool(await self.uow.fetch("belongs elsewhere", _elsewhere, {"login_id": login_id}))

    async def join(self, login_id: str, user_id: str) -> None:
        """Make a login the user of this tenant, instead of an earlier user of the same person."""
        await self.uow.fetch("join", _join, {"login_id": login_id, "user_id": user_id})

    async def leave(self, user_id: str) -> None:
        """A user no longer has a login."""
        await self.uow.fetch("leave", _leave, {"user_id": user_id})

    async def forget(self, login_id: str) -> None:
        """Delete a login that belongs to no company any more."""
        await self.uow.fetch("forget login", _forget, {"login_id": login_id})

    async def open_session(self, session: Session) -> None:
        """Store a session."""
        await self.uow.fetch("open session", lambda: insert_of(Session), session.__dict__)

    async def add_token(self, token: RefreshToken) -> None:
        """Store a refresh token."""
        await self.uow.fetch("add token", lambda: insert_of(RefreshToken), token.__dict__)

    async def use_token(self, digest: bytes, at: datetime) -> str | None:
        """The session of an unused token, which is used from now on; one of several callers gets it."""
        rows = await self.uow.fetch("use token", _use_token, {"digest": digest, "at": at})
        return rows[0][0] if rows else None

    async def session_of(self, digest: bytes) -> Any:
        """id, principal_id, expires_at, revoked_at of the session a token belongs to, locked, or None."""
        rows = await self.uow.fetch("session of token", _session_of, {"digest": digest})
        return rows[0] if rows else None

    async def end_session(self, session_id: str, at: datetime) -> None:
        """Revoke one session."""
        await self.uow.fetch("end session", _end_session, {"session_id": session_id, "at": at})

    async def end_sessions_of(self, principal_id: str, at: datetime) -> None:
        """Revoke every session of a user."""
        await self.uow.fetch("end sessions", _end_sessions, {"principal_id": principal_id, "at": at})


def _login() -> Select[Any]:
    logins = table(Login)
    return select(cast(logins.c.id, Text).label("id"), logins.c.password_hash).where(logins.c.email == _EMAIL)


def _login_of() -> Select[Any]:
    logins, members = table(Login), table(Membership)
    return (
        select(cast(logins.c.id, Text).label("id"), logins.c.password_hash)
        .join_from(logins, members, members.c.login_id == logins.c.id)
        .where(members.c.tenant_id == _TENANT, members.c.user_id == _USER)
        .with_for_update(key_share=True, of=logins)
    )


def _hold_login() -> Insert:
    logins = table(Login)
    statement = postgresql.insert(logins).values(
        id=bindparam("id", type_=logins.c.id.type),
        email=bindparam("new_email", type_=Text),
        password_hash=bindparam("password_hash", type_=Text),
    )
    # an update that changes nothing, so that a login that exists comes back and is locked
    same = statement.on_conflict_do_update(index_elements=["email"], set_={"email": statement.excluded.email})
    return same.returning(cast(logins.c.id, Text).label("id"), logins.c.password_hash)


def _set_password() -> Update:
    logins = table(Login)
    return update(logins).where(logins.c.id == _LOGIN).values(password_hash=bindparam("new_hash", type_=Text))


def _memberships() -> Select[Any]:
    members, tenants = table(Membership), table(Tenant)
    return (
        select(
            cast(members.c.tenant_id, Text).label("tenant_id"),
            cast(members.c.user_id, Text).label("user_id"),
            tenants.c.slug,
            tenants.c.name,
        )
        .join_from(members, tenants, tenants.c.id == members.c.tenant_id)
        .where(members.c.login_id == _LOGIN, tenants.c.status == "active")
        .order_by(tenants.c.slug)
    )


def _elsewhere() -> Select[Any]:
    members = table(Membership)
    return (
        select(members.c.login_id)
        .where(members.c.login_id == _LOGIN, members.c.tenant_id != _TENANT)
        .limit(1)
    )


def _join() -> Insert:
    statement = postgresql.insert(table(Membership)).values(login_id=_LOGIN, tenant_id=_TENANT, user_id=_USER)
    return statement.on_conflict_do_update(
        index_elements=["login_id", "tenant_id"], set_={"user_id": statement.excluded.user_id}
    )


def _leave() -> Delete:
    members = table(Membership)
    return delete(members).where(members.c.tenant_id == _TENANT, members.c.user_id == _USER)


def _forget() -> Delete:
    logins, members = table(Login), table(Membership)
    known = select(members.c.login_id).where(members.c.login_id == logins.c.id)
    return delete(logins).where(logins.c.id == _LOGIN, ~known.exists())


def _use_token() -> ClauseElement:
    tokens = table(RefreshToken).c
    return (
        scoped_update(RefreshToken)
        .where(tokens.digest == bindparam("digest", type_=LargeBinary), tokens.used_at.is_(None))
        .values(used_at=_AT)
        .returning(cast(tokens.session_id, Text))
    )


def _session_of() -> Select[Any]:
    tokens, sessions = scoped(RefreshToken, "t"), scoped(Session, "s")
    return (
        select(
            cast(sessions.c.id, Text).label("id"),
            cast(sessions.c.principal_id, Text).label("principal_id"),
            sessions.c.expires_at,
            sessions.c.revoked_at,
        )
        .join_from(tokens, sessions, sessions.c.id == tokens.c.session_id)
        .where(tokens.c.digest == bindparam("digest", type_=LargeBinary))
        .with_for_update(of=sessions)
    )


def _end_session() -> Update:
    sessions = table(Session).c
    return (
        scoped_update(Session)
        .where(sessions.id == _SESSION)
        .values(revoked_at=func.coalesce(sessions.revoked_at, _AT))
    )


def _end_sessions() -> Update:
    sessions = table(Session).c
    owner = bindparam("principal_id", type_=_UUID)
    return (
        scoped_update(Session)
        .where(sessions.principal_id == owner, sessions.revoked_at.is_(None))
        .values(revoked_at=_AT)
    )
