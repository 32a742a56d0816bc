"""Who acts where nobody sent a request: named system jobs, and people in the work they asked for."""

from collections.abc import Callable, Mapping
from uuid import NAMESPACE_OID, uuid5

from crm_api.identity.auth.principals import Principals
from crm_api.identity.auth.repository import AuthRepository
from crm_api.identity.tenants.models import PrincipalKind
from crm_api.identity.tenants.repository import TenantRepository
from crm_api.jobs.work import Paused, committed
from crm_api.kit.database import Pool
from crm_api.kit.principal import Permission, Principal, Reach
from crm_api.kit.uow import PublicUnit, UnitOfWork

SystemRights = Callable[[str], Mapping[Permission, Reach]]


class JobActors:
    """The actors of `crm_api.jobs`. `rights` are the grants of a system job, on the page with the roles."""

    def __init__(self, pool: Pool, principals: Principals, rights: SystemRights) -> None:
        self._pool = pool
        self._principals = principals
        self._rights = rights
        self._known: set[tuple[str, str]] = set()

    async def person(self, tenant_id: str, principal_id: str) -> Principal:
        """A user or an API key with the rights of this second."""
        return await self._principals.person(tenant_id, principal_id)

    async def system(self, tenant_id: str, name: str) -> Principal:
        """`system:<name>`; its row is made when it first acts in a company. Its id is the same in every company."""
        asking = Principal(tenant_id, system_id(name), kind=PrincipalKind.SYSTEM.value)
        async with committed(UnitOfWork(self._pool, asking), None) as unit:
            company = await AuthRepository(unit).company()
            if company is None or not company["active"]:
                raise Paused
            if (tenant_id, name) not in self._known:
                repository = TenantRepository(unit)
                await repository.ensure_principal(asking.id, PrincipalKind.SYSTEM, f"system:{name}")
        self._known.add((tenant_id, name))
        return Principal(
            tenant_id,
            asking.id,
            kind=asking.kind,
            reaches=self._rights(name),
            time_zone=company["time_zone"],
            currency=company["currency"],
            setup_version=company["setup_version"],
        )

    async def tenants(self) -> list[str]:
        """Every company that is not suspended."""
        async with committed(PublicUnit(self._pool), None) as unit:
            return await AuthRepository(unit).tenants()


def system_id(name: str) -> str:
    """The id of `system:<name>`."""
    return str(uuid5(NAMESPACE_OID, f"crm:system:{name}"))
