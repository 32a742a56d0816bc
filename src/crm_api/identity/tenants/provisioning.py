"""A new company with its first administrator."""

from typing import NamedTuple

from sqlalchemy import insert
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.expression import bindparam

from crm_api.identity.auth.passwords import hash_password
from crm_api.identity.auth.repository import AuthRepository
from crm_api.identity.tenants.models import PrincipalKind, PrincipalRow, Tenant
from crm_api.identity.users.models import User, UserStatus
from crm_api.identity.users.resource import users
from crm_api.kit import clock
from crm_api.kit.db import Base, table
from crm_api.kit.effects import insert_of
from crm_api.kit.errors import Invalid
from crm_api.kit.ids import new_id
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.registries import react
from crm_api.kit.repository import Repository
from crm_api.kit.text import fold_email, sort_key
from crm_api.kit.uow import PublicUnit, UnitOfWork

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
    folded = fold_email(email)
    if folded is None:
        raise Invalid.at("/email", "invalid_email")
    tenant = Tenant.new(
        name=name, slug=slug, locale=locale, currency=currency, time_zone=time_zone, created_at=clock.now()
    )
    user_id = new_id()
    auth = AuthRepository(unit)
    login_id = await auth.new_login(new_id(), folded, await hash_password(password))
    await unit.fetch(("insert", "tenants"), lambda: insert_open(Tenant), tenant.__dict__)
    await unit.enter(
        Principal(
            tenant.id, user_id, reaches={users.create: Reach.ALL}, time_zone=time_zone, currency=currency
        )
    )
    unit.permission = users.create
    await add_principal(unit, user_id, PrincipalKind.USER, folded)
    founder = User.new(
        id=user_id,
        email=folded,
        name=folded.partition("@")[0],
        name_sort=sort_key(folded),
        status=UserStatus.ACTIVE,
        roles=list(FOUNDER_ROLES),
    )
    await Repository(unit, users).add(founder)
    await auth.join(login_id, tenant.id, user_id)
    await react("tenant.created", unit, tenant.id, {})
    return CreatedTenant(tenant.id, slug, user_id)


async def add_principal(unit: UnitOfWork, principal_id: str, kind: PrincipalKind, name: str) -> None:
    """Make somebody who can act in the tenant of the unit."""
    values = {"tenant_id": unit.principal.tenant_id, "id": principal_id, "kind": kind.value, "name": name}
    await unit.fetch("add principal", lambda: insert_of(PrincipalRow), values)


def insert_open(model: type[Base]) -> Insert:
    """INSERT into a table without tenant rows."""
    return insert(table(model)).values({c.key: bindparam(c.key, type_=c.type) for c in table(model).columns})
