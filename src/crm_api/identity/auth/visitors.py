"""Those who have no account and show a link: what the link opens, they may do as a named system principal."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from crm_api.identity.auth.actors import system_id
from crm_api.identity.auth.repository import AuthRepository
from crm_api.identity.credentials.opaque import SecretKind, digest, tenant_of
from crm_api.identity.tenants.models import PrincipalKind
from crm_api.identity.tenants.repository import TenantRepository
from crm_api.kit.errors import NotFound
from crm_api.kit.limits import Budget, Limits, network
from crm_api.kit.principal import Permission, Principal, Reach
from crm_api.kit.uow import PublicUnit

ADDRESS = Budget("link-address", 100, 900)
SystemRights = Callable[[str], Mapping[Permission, Reach]]


class Visitors:
    """Links that lead nowhere are counted for the address they come from; without limits none is counted."""

    def __init__(self, limits: Limits | None, pepper: bytes, rights: SystemRights) -> None:
        self._limits = limits
        self._pepper = pepper
        self._rights = rights

    @asynccontextmanager
    async def entering(
        self, unit: PublicUnit, kind: SecretKind, secret: str, name: str
    ) -> AsyncIterator[bytes]:
        """Go on inside the company that a link names as `system:<name>`; the digest that the link is known by.

        A link that is none, of a company that is not there or suspended, is NotFound like one that is unknown.
        """
        charges = [(ADDRESS, network(unit.origin.ip or ""))]
        if self._limits:
            await self._limits.charge(charges)
        await self._enter(unit, tenant_of(kind, secret), name)
        yield digest(secret, self._pepper)
        if self._limits:
            await self._limits.charge(charges, -1)

    async def _enter(self, unit: PublicUnit, tenant_id: str | None, name: str) -> None:
        if tenant_id is None:
            raise NotFound
        asking = Principal(tenant_id, system_id(name), kind=PrincipalKind.SYSTEM.value)
        await unit.enter(asking)
        company = await AuthRepository(unit).company()
        if company is None or not company["active"]:
            raise NotFound
        await TenantRepository(unit).ensure_principal(asking.id, PrincipalKind.SYSTEM, f"system:{name}")
        facts = {fact: company[fact] for fact in ("time_zone", "currency", "setup_version")}
        await unit.enter(replace(asking, reaches=self._rights(name), **facts))
