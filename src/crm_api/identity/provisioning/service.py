"""Companies and users that nobody inside a tenant asked for; each such user counts as their own creator."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from crm_api.identity.credentials.passwords import hash_password
from crm_api.identity.roles.catalogue import ROLES
from crm_api.identity.tenants.models import Tenant
from crm_api.identity.tenants.repository import TenantRepository
from crm_api.identity.users.errors import RolesUnknown
from crm_api.identity.users.models import User
from crm_api.identity.users.resource import users
from crm_api.identity.users.service import UserService
from crm_api.kit import clock
from crm_api.kit.errors import Invalid
from crm_api.kit.ids import new_id
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.registries import react
from crm_api.kit.uow import PublicUnit
from crm_api.text import fold_email

FOUNDER_ROLES = ("administrator", "company_owner")


class CreatedTenant(NamedTuple):
    """Ids of a new company and its administrator."""

    tenant_id: str
    slug: str
    user_id: str


async def create_tenant(
    unit: PublicUnit,
    *,
    name: str,
    slug: str,
    email: str,
    password: str,
    locale: str = "zh",
    currency: str = "CNY",
    time_zone: str = "Asia/Shanghai",
) -> CreatedTenant:
    """Make a company and a user who administers and owns it; a known e-mail address keeps its password."""
    tenant = Tenant.new(
        name=name, slug=slug, locale=locale, currency=currency, time_zone=time_zone, created_at=clock.now()
    )
    folded = _folded(email)
    founder = _person(folded.partition("@")[0], folded, FOUNDER_ROLES)
    password_hash = await hash_password(password)
    await TenantRepository(unit).add(tenant)
    principal = Principal(tenant.id, founder.id, time_zone=time_zone, currency=currency)
    await _admit(unit, principal, founder, password_hash)
    await react("tenant.created", unit, tenant.id, {"locale": {"from": None, "to": locale}})
    return CreatedTenant(tenant.id, slug, founder.id)


async def create_user(
    unit: PublicUnit, *, tenant: str, name: str, email: str, password: str, roles: Sequence[str]
) -> str:
    """The id of a new user of the tenant with this slug; a known e-mail address keeps its password."""
    person = _person(name, _folded(email), roles)
    password_hash = await hash_password(password)
    tenant_id = await TenantRepository(unit).id_of(tenant)
    if tenant_id is None:
        raise Invalid.at("/tenant", "reference_not_found", resource="tenant")
    await _admit(unit, Principal(tenant_id, person.id), person, password_hash)
    return person.id


async def _admit(unit: PublicUnit, principal: Principal, user: User, password_hash: str) -> None:
    await unit.enter(replace(principal, reaches={users.create: Reach.ALL}))
    unit.permission = users.create
    await UserService(unit).admit(user, password_hash)


def _person(name: str, email: str, roles: Sequence[str]) -> User:
    unknown = [place for place, key in enumerate(roles) if key not in ROLES]
    if unknown:
        raise RolesUnknown(unknown)
    user = User.new(id=new_id(), name="", name_sort="", email=email, roles=list(roles))
    user.rename(name)
    return user


def _folded(email: str) -> str:
    folded = fold_email(email)
    if folded is None:
        raise Invalid.at("/email", "invalid_email")
    return folded
