"""How a credential becomes a principal: verified, loaded with one statement, remembered for at most a second."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import ARRAY, Select, Text, Uuid, cast, func, select, true
from sqlalchemy.sql.expression import bindparam

from crm_api.identity.api_keys.models import ApiKey
from crm_api.identity.auth.models import Session
from crm_api.identity.auth.opaque import SecretKind, digest, tenant_of
from crm_api.identity.auth.tokens import TokenKeys
from crm_api.identity.teams.models import Team
from crm_api.identity.tenants.models import Tenant
from crm_api.identity.users.models import User
from crm_api.kit import clock
from crm_api.kit.access import ME
from crm_api.kit.db import table
from crm_api.kit.errors import Unauthenticated
from crm_api.kit.grants import RecordGrant
from crm_api.kit.principal import Permission, Principal, Reach, Right
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

REMEMBERED_SECONDS, REMEMBERED = 1.0, 10_000
Rights = Callable[[Sequence[str]], tuple[dict[Permission, Reach], dict[str, dict[str, Right]]]]


@dataclass(frozen=True, slots=True)
class Authentication:
    """What identity needs from outside: keys and the meaning of roles."""

    keys: TokenKeys
    pepper: bytes
    rights: Rights


class Principals:
    """Turns bearer credentials into principals. Revoking, disabling or moving somebody holds within a second."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", authentication: Authentication) -> None:
        self._pool = pool
        self._authentication = authentication
        self._remembered: OrderedDict[tuple[str, ...], tuple[float, Principal]] = OrderedDict()

    async def authenticate(self, credential: str) -> Principal:
        """The principal of an access token or API key; Unauthenticated when it does not hold now."""
        if credential.startswith(SecretKind.API_KEY):
            return await self._api_key(credential)
        claims = self._authentication.keys.verify(credential)
        key = (claims.tenant, claims.subject, claims.session)
        return self._recall(key) or self._remember(key, await self._user(*key))

    def _recall(self, key: tuple[str, ...]) -> Principal | None:
        found = self._remembered.get(key)
        return found[1] if found and time.monotonic() - found[0] < REMEMBERED_SECONDS else None

    def _remember(self, key: tuple[str, ...], principal: Principal) -> Principal:
        self._remembered[key] = (time.monotonic(), principal)
        self._remembered.move_to_end(key)
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return principal

    async def _user(self, tenant: str, user: str, session: str) -> Principal:
        row = await self._one(
            Principal(tenant, user), "principal of session", _of_session, {"session": session}
        )
        if row is None or row["expires_at"] <= clock.now():
            raise Unauthenticated("invalid_token")
        return self.user_principal(tenant, user, row, session)

    def user_principal(self, tenant: str, user: str, row: Any, session: str | None) -> Principal:
        """A principal from a row of `user_facts`."""
        roles = tuple(row["roles"])
        reaches, restrictions = self._authentication.rights(roles)
        return Principal(
            tenant,
            user,
            roles=roles,
            team_id=row["team_id"],
            subtree=tuple(row["subtree"]),
            reaches=reaches,
            restrictions=restrictions,
            shared=frozenset(row["shared"]),
            session_id=session,
            time_zone=row["time_zone"],
            currency=row["currency"],
        )

    async def _api_key(self, secret: str) -> Principal:
        tenant = tenant_of(SecretKind.API_KEY, secret)
        if tenant is None:
            raise Unauthenticated("invalid_token")
        hashed = digest(secret, self._authentication.pepper)
        key = (tenant, hashed.hex())
        found = self._recall(key)
        if found is None:
            row = await self._one(
                Principal(tenant, tenant), "principal of key", _of_api_key, {"digest": hashed}
            )
            if row is None or row["expires_at"] <= clock.now():
                raise Unauthenticated("invalid_token")
            found = self._remember(key, self._key_principal(tenant, row))
        return found

    def _key_principal(self, tenant: str, row: Any) -> Principal:
        reaches, restrictions = self._authentication.rights(("integration",))
        scopes = set(row["permissions"])
        return Principal(
            tenant,
            row["id"],
            kind="api_key",
            roles=("integration",),
            reaches={p: reach for p, reach in reaches.items() if str(p) in scopes},
            restrictions=restrictions,
            time_zone=row["time_zone"],
            currency=row["currency"],
        )

    async def _one(
        self, principal: Principal, shape: str, build: Callable[[], Select[Any]], values: dict[str, Any]
    ) -> Any:
        unit = UnitOfWork(self._pool, principal, read_only=True)
        try:
            rows = await unit.fetch(shape, build, values)
            await unit.commit()
        finally:
            await unit.close()
        return rows[0] if rows else None


def user_facts(users: Any) -> list[Any]:
    """What of a user decides about access: roles, team, the teams below it, what was shared."""
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
        func.array(subtree.scalar_subquery(), type_=ARRAY(Text)).label("subtree"),
        func.array(shared.scalar_subquery(), type_=ARRAY(Text)).label("shared"),
    ]


def active(users: Any) -> list[Any]:
    """Neither the user nor the company is barred."""
    return [users.c.status == "active", users.c.deleted_at.is_(None), table(Tenant).c.status == "active"]


def _of_session() -> Select[Any]:
    users, sessions = scoped(User, "u"), scoped(Session, "s")
    own = (sessions.c.id == bindparam("session", type_=Uuid(as_uuid=False))) & (
        sessions.c.principal_id == users.c.id
    )
    return (
        select(*user_facts(users), sessions.c.expires_at)
        .select_from(users.join(sessions, own).join(table(Tenant), true()))
        .where(
            users.c.id == ME,
            table(Tenant).c.id == users.c.tenant_id,
            sessions.c.revoked_at.is_(None),
            *active(users),
        )
    )


def _of_api_key() -> Select[Any]:
    keys, tenants = scoped(ApiKey, "k"), table(Tenant)
    return (
        select(
            cast(keys.c.id, Text).label("id"),
            keys.c.permissions,
            keys.c.expires_at,
            tenants.c.time_zone,
            tenants.c.currency,
        )
        .select_from(keys.join(tenants, tenants.c.id == keys.c.tenant_id))
        .where(
            keys.c.digest == bindparam("digest", type_=keys.c.digest.type),
            keys.c.revoked_at.is_(None),
            tenants.c.status == "active",
        )
    )
