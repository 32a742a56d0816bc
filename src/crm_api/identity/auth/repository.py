"""What signing in and every request ask about a user or a key."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, Uuid, cast, func, select, true
from sqlalchemy.sql.expression import bindparam

from crm_api.identity.api_keys.models import ApiKey
from crm_api.identity.credentials.models import Session
from crm_api.identity.teams.models import Team
from crm_api.identity.tenants.models import Tenant
from crm_api.identity.users.models import User, UserStatus
from crm_api.kit.access import ME
from crm_api.kit.db import table
from crm_api.kit.grants import RecordGrant
from crm_api.kit.tenancy import TENANT, scoped
from crm_api.kit.uow import UnitOfWork


class AuthRepository:
    """The unit's own user or key, unless it or its company is barred."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def facts(self) -> Any:
        """Access facts of the unit's user, their status, their name and the company's; or None."""
        return await self._one("facts", _facts, {})

    async def of_session(self, session_id: str) -> Any:
        """Access facts of the unit's user and when the session ends; None when it is not theirs or over."""
        return await self._one("principal of session", _of_session, {"session": session_id})

    async def of_api_key(self, digest: bytes) -> Any:
        """Id, permissions and expires_at of a key, time zone and currency of its company; or None."""
        return await self._one("principal of key", _of_api_key, {"digest": digest})

    async def of_person(self) -> Any:
        """Access facts of the unit's user; None when they may not act now."""
        return await self._one("principal of person", _of_person, {})

    async def of_key(self) -> Any:
        """The unit's API key, as `of_api_key`."""
        return await self._one("principal of key id", lambda: _of_key(_key.c.id == ME), {})

    async def company(self) -> Any:
        """Time zone and currency of the unit's company, and whether it is active."""
        return await self._one("company", _company, {})

    async def tenants(self) -> list[str]:
        """Every company that is not suspended."""
        return [row["id"] for row in await self.uow.fetch("tenants", _tenants, {})]

    async def _one(self, shape: str, build: Any, values: dict[str, Any]) -> Any:
        rows = await self.uow.fetch(shape, build, values)
        return rows[0] if rows else None


def _user_facts(users: Any) -> list[Any]:
    """Roles, team, the teams below it, what was shared."""
    teams, grants = scoped(Team, "below"), scoped(RecordGrant, "shares")
    subtree = select(cast(teams.c.id, Text)).where(
        users.c.team_id == func.any(teams.c.path), teams.c.deleted_at.is_(None)
    )
    shared = select(grants.c.resource).where(grants.c.principal_id == users.c.id).distinct()
    tenants = table(Tenant).c
    return [
        users.c.roles,
        cast(users.c.team_id, Text).label("team_id"),
        tenants.time_zone,
        tenants.currency,
        tenants.setup_version,
        func.array(subtree.scalar_subquery(), type_=ARRAY(Text)).label("subtree"),
        func.array(shared.scalar_subquery(), type_=ARRAY(Text)).label("shared"),
    ]


def _facts() -> Select[Any]:
    users, tenants = scoped(User, "u"), table(Tenant)
    return (
        select(
            *_user_facts(users),
            users.c.status,
            users.c.name,
            users.c.email,
            tenants.c.name.label("tenant_name"),
            tenants.c.slug,
            tenants.c.locale,
        )
        .select_from(users.join(tenants, tenants.c.id == users.c.tenant_id))
        .where(
            users.c.id == ME,
            users.c.status != UserStatus.DISABLED.value,
            users.c.deleted_at.is_(None),
            tenants.c.status == "active",
        )
    )


def _of_session() -> Select[Any]:
    users, sessions, tenants = scoped(User, "u"), scoped(Session, "s"), table(Tenant)
    own = (sessions.c.id == bindparam("session", type_=Uuid(as_uuid=False))) & (
        sessions.c.principal_id == users.c.id
    )
    return (
        select(*_user_facts(users), sessions.c.expires_at)
        .select_from(users.join(sessions, own).join(tenants, true()))
        .where(
            users.c.id == ME,
            tenants.c.id == users.c.tenant_id,
            sessions.c.revoked_at.is_(None),
            users.c.status == UserStatus.ACTIVE.value,
            users.c.deleted_at.is_(None),
            tenants.c.status == "active",
        )
    )


def _of_person() -> Select[Any]:
    users, tenants = scoped(User, "u"), table(Tenant)
    return (
        select(*_user_facts(users))
        .select_from(users.join(tenants, tenants.c.id == users.c.tenant_id))
        .where(
            users.c.id == ME,
            users.c.status == UserStatus.ACTIVE.value,
            users.c.deleted_at.is_(None),
            tenants.c.status == "active",
        )
    )


_key = scoped(ApiKey, "k")


def _of_key(this_one: ColumnElement[bool]) -> Select[Any]:
    tenants = table(Tenant)
    return (
        select(
            cast(_key.c.id, Text).label("id"),
            _key.c.permissions,
            _key.c.expires_at,
            tenants.c.time_zone,
            tenants.c.currency,
            tenants.c.setup_version,
        )
        .select_from(_key.join(tenants, tenants.c.id == _key.c.tenant_id))
        .where(this_one, _key.c.revoked_at.is_(None), tenants.c.status == "active")
    )


def _of_api_key() -> Select[Any]:
    return _of_key(_key.c.digest == bindparam("digest", type_=_key.c.digest.type))


def _company() -> Select[Any]:
    tenants = table(Tenant)
    own = bindparam(TENANT.key, type_=tenants.c.id.type)
    active = (tenants.c.status == "active").label("active")
    facts = (tenants.c.time_zone, tenants.c.currency, tenants.c.setup_version)
    return select(*facts, active).where(tenants.c.id == own)


def _tenants() -> Select[Any]:
    tenants = table(Tenant)
    return select(cast(tenants.c.id, Text).label("id")).where(tenants.c.status == "active")
