"""The verbs of API keys."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from crm_api.identity.api_keys.errors import AlreadyRevoked, PermissionsUnknown
from crm_api.identity.api_keys.models import ApiKey
from crm_api.identity.api_keys.resource import api_keys
from crm_api.identity.credentials.opaque import SecretKind, digest, make_secret
from crm_api.identity.roles.catalogue import ROLES
from crm_api.identity.tenants.models import PrincipalKind
from crm_api.identity.tenants.repository import TenantRepository
from crm_api.kit import clock
from crm_api.kit.errors import Invalid
from crm_api.kit.repository import Repository
from crm_api.kit.uow import UnitOfWork

ROLE = "integration"
LIFETIME = timedelta(days=365)
PREFIX_LENGTH = len(SecretKind.API_KEY) + 1 + 22 + 1 + 4


class ApiKeyService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork, pepper: bytes) -> None:
        self.uow = uow
        self._pepper = pepper
        self._repository: Repository[ApiKey] = Repository(uow, api_keys)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new key; the answer is the only place where its secret is seen."""
        secret = make_secret(SecretKind.API_KEY, self.uow.principal.tenant_id)
        key = ApiKey.new(
            name=given["name"],
            permissions=_granted(given["permissions"]),
            expires_at=given.get("expires_at") or clock.now() + LIFETIME,
            prefix=secret[:PREFIX_LENGTH],
            digest=digest(secret, self._pepper),
        )
        if key.expires_at <= clock.now():
            raise Invalid.at("/expires_at", "not_in_future")
        await TenantRepository(self.uow).add_principal(key.id, PrincipalKind.API_KEY, key.name)
        return {**await self._repository.add(key), "secret": secret}

    async def revoke(self, key_id: str) -> dict[str, Any]:
        """It works no more, within a second and for good."""
        key = await self._repository.load(key_id)
        if key.revoked_at is not None:
            raise AlreadyRevoked
        key.revoked_at = clock.now()
        return await self._repository.save(key, event="revoked")


def _granted(permissions: list[str]) -> list[str]:
    known = {str(permission) for permission in ROLES[ROLE].permissions()}
    unknown = [place for place, permission in enumerate(permissions) if permission not in known]
    if unknown:
        raise PermissionsUnknown(unknown)
    return sorted(set(permissions))
