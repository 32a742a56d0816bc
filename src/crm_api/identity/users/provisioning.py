"""A user made by the operator of the installation, from outside any tenant."""

from collections.abc import Sequence

from sqlalchemy import Select, Text, bindparam, select

from crm_api.identity.auth.passwords import hash_password
from crm_api.identity.auth.repository import AuthRepository
from crm_api.identity.tenants.models import PrincipalKind, Tenant
from crm_api.identity.tenants.provisioning import add_principal
from crm_api.identity.users.models import User, UserStatus
from crm_api.identity.users.resource import users
from crm_api.kit.db import table
from crm_api.kit.errors import Invalid
from crm_api.kit.ids import new_id
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.repository import Repository
from crm_api.kit.text import fold_email, sort_key
from crm_api.kit.uow import PublicUnit


async def create_user(
    unit: PublicUnit, *, tenant: str, name: str, email: str, password: str, roles: Sequence[str]
) -> str:
    """The id of a new user of the tenant with this slug; a known e-mail address keeps its password.

    Nobody inside the tenant asked for it, so the user counts as their own creator.
    """
    folded = fold_email(email)
    if folded is None:
        raise Invalid.at("/email", "invalid_email")
    found = await unit.fetch("tenant of slug", _tenant, {"slug": tenant})
    if not found:
        raise Invalid.at("/tenant", "reference_not_found")
    tenant_id, user_id = str(found[0]["id"]), new_id()
    auth = AuthRepository(unit)
    login_id = await auth.new_login(new_id(), folded, await hash_password(password))
    await unit.enter(Principal(tenant_id, user_id, reaches={users.create: Reach.ALL}))
    unit.permission = users.create
    await add_principal(unit, user_id, PrincipalKind.USER, name)
    row = User.new(
        id=user_id,
        email=folded,
        name=name,
        name_sort=sort_key(name),
        status=UserStatus.ACTIVE,
        roles=list(roles),
    )
    await Repository[User](unit, users).add(row)
    await auth.join(login_id, tenant_id, user_id)
    return user_id


def _tenant() -> Select[tuple[str]]:
    return select(table(Tenant).c.id).where(table(Tenant).c.slug == bindparam("slug", type_=Text))
