"""How a credential becomes a principal: verified, loaded by one statement, remembered for a second."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crm_api.identity.auth.repository import AuthRepository
from crm_api.identity.auth.tokens import TokenKeys
from crm_api.identity.credentials.opaque import SecretKind, digest, tenant_of
from crm_api.identity.tenants.setup_changes import is_settled
from crm_api.kit import clock
from crm_api.kit.errors import Forbidden, Unauthenticated
from crm_api.kit.principal import Permission, Principal, Reach, Right
from crm_api.kit.registries import catalogue_of
from crm_api.kit.uow import UnitOfWork

if TYPE_CHECKING:
    from crm_api.kit.database import Pool

REMEMBERED_SECONDS, REMEMBERED = 1.0, 10_000
Rights = Callable[[Sequence[str]], tuple[dict[Permission, Reach], dict[str, dict[str, Right]]]]


@dataclass(frozen=True, slots=True)
class Authentication:
    """What identity needs from outside: keys and the meaning of roles."""

    keys: TokenKeys
    pepper: bytes
    rights: Rights


class Principals:
    """Turn bearer credentials into principals. Revoking, disabling, moving somebody holds within a second."""

    def __init__(self, pool: "Pool", authentication: Authentication) -> None:
        self._pool = pool
        self._authentication = authentication
        self._remembered: OrderedDict[tuple[str, ...], tuple[float, Principal]] = OrderedDict()

    async def authenticate(self, credential: str) -> Principal:
        """The principal of an access token or API key; Unauthenticated when it does not hold now."""
        if credential.startswith(SecretKind.API_KEY):
            return await self._api_key(credential)
        claims = self._authentication.keys.verify(credential)
        key = (claims.tenant, claims.subject, claims.session)
        return self._recall(key) or await self._remember(key, await self._user(*key))

    def _recall(self, key: tuple[str, ...]) -> Principal | None:
        found = self._remembered.get(key)
        fresh = found and time.monotonic() - found[0] < REMEMBERED_SECONDS and is_settled(key[0])
        return found[1] if found and fresh else None

    async def _remember(self, key: tuple[str, ...], principal: Principal) -> Principal:
        """The principal with the fields that their company defined; those are remembered by version."""
        at = time.monotonic()
        if principal.setup_version:
            principal = replace(principal, catalogue=await self._in_unit(principal, catalogue_of))
        self._remembered[key] = (at, principal)
        self._remembered.move_to_end(key)
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return principal

    async def _user(self, tenant: str, user: str, session: str) -> Principal:
        row = await self._ask(Principal(tenant, user), lambda auth: auth.of_session(session))
        if row is None or row["expires_at"] <= clock.now():
            raise Unauthenticated("invalid_token")
        return self.user_principal(tenant, user, row, session)

    def user_principal(self, tenant: str, user: str, row: Any, session: str | None) -> Principal:
        """A principal from a row of `AuthRepository.of_session`."""
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
            setup_version=row["setup_version"],
        )

    async def person(self, tenant: str, principal_id: str) -> Principal:
        """A user or an API key, without a credential: for work they asked for before. Forbidden when barred by now."""
        key = (tenant, principal_id)
        found = self._recall(key)
        if found is None:
            asked = Principal(tenant, principal_id)
            if user := await self._ask(asked, lambda auth: auth.of_person()):
                found = self.user_principal(tenant, principal_id, user, None)
            else:
                row = await self._ask(asked, lambda auth: auth.of_key())
                if row is None or row["expires_at"] <= clock.now():
                    raise Forbidden
                found = self._key_principal(tenant, row)
            found = await self._remember(key, found)
        return found

    async def _api_key(self, secret: str) -> Principal:
        tenant = tenant_of(SecretKind.API_KEY, secret)
        if tenant is None:
            raise Unauthenticated("invalid_token")
        hashed = digest(secret, self._authentication.pepper)
        key = (tenant, hashed.hex())
        found = self._recall(key)
        if found is None:
            row = await self._ask(Principal(tenant, tenant), lambda auth: auth.of_api_key(hashed))
            if row is None or row["expires_at"] <= clock.now():
                raise Unauthenticated("invalid_token")
            found = await self._remember(key, self._key_principal(tenant, row))
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
            setup_version=row["setup_version"],
        )

    async def _ask(self, principal: Principal, question: Callable[[AuthRepository], Awaitable[Any]]) -> Any:
        return await self._in_unit(principal, lambda unit: question(AuthRepository(unit)))

    async def _in_unit(self, principal: Principal, question: Callable[[UnitOfWork], Awaitable[Any]]) -> Any:
        unit = UnitOfWork(self._pool, principal, read_only=True)
        try:
            answer = await question(unit)
            await unit.commit()
        finally:
            await unit.close()
        return answer
