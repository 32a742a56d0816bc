"""Companies and principals in SQL."""

from sqlalchemy import Select, Text, Uuid, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.sql.expression import bindparam

from crm_api.identity.tenants.models import PrincipalKind, PrincipalRow, Tenant
from crm_api.identity.tenants.setup_changes import note
from crm_api.kit.db import table
from crm_api.kit.effects import insert_of
from crm_api.kit.tenancy import TENANT, scoped_update
from crm_api.kit.uow import UnitOfWork


class TenantRepository:
    """The company of a unit of work, and the actors in it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def add(self, tenant: Tenant) -> None:
        """Store a new company."""
        await self.uow.fetch(("insert", "tenants"), _insert_tenant, tenant.__dict__)

    async def id_of(self, slug: str) -> str | None:
        """The id of the company with a slug."""
        rows = await self.uow.fetch("tenant of slug", _id_of, {"slug": slug})
        return str(rows[0]["id"]) if rows else None

    async def hold(self) -> None:
        """Until the commit, nobody else decides what must hold for the company as a whole.

        That is the shape of its team tree, and who administers it. References to the company do not wait.
        """
        await self.uow.fetch("hold tenant", _hold, {})

    async def note_setup_change(self) -> None:
        """Count a change of the set-up; holds the company until the commit."""
        note(self.uow.principal.tenant_id)
        await self.uow.fetch("note set-up change", _note_setup_change, {})

    async def add_principal(self, principal_id: str, kind: PrincipalKind, name: str) -> None:
        """Make somebody who can act in the company."""
        values = {"id": principal_id, "kind": kind.value, "name": name}
        await self.uow.fetch("add principal", lambda: insert_of(PrincipalRow), values)

    async def ensure_principal(self, principal_id: str, kind: PrincipalKind, name: str) -> None:
        """Make somebody who can act in the company, unless they are there."""
        values = {"id": principal_id, "kind": kind.value, "name": name}
        await self.uow.fetch("ensure principal", _ensure, values)

    async def rename_principal(self, principal_id: str, name: str) -> None:
        """What an actor is called in the records of what they did."""
        await self.uow.fetch("rename principal", _rename, {"principal_id": principal_id, "new_name": name})


def _insert_tenant() -> Insert:
    tenants = table(Tenant)
    return insert(tenants).values({c.key: bindparam(c.key, type_=c.type) for c in tenants.columns})


def _id_of() -> Select[tuple[str]]:
    tenants = table(Tenant)
    return select(tenants.c.id).where(tenants.c.slug == bindparam("slug", type_=Text))


def _hold() -> Select[tuple[str]]:
    tenants = table(Tenant)
    own = bindparam(TENANT.key, type_=tenants.c.id.type)
    return select(tenants.c.id).where(tenants.c.id == own).with_for_update(key_share=True)


def _note_setup_change() -> Update:
    tenants = table(Tenant)
    own = bindparam(TENANT.key, type_=tenants.c.id.type)
    return update(tenants).where(tenants.c.id == own).values(setup_version=tenants.c.setup_version + 1)


def _ensure() -> Insert:
    statement = postgresql.insert(table(PrincipalRow)).values(dict(insert_of(PrincipalRow)._values or {}))
    return statement.on_conflict_do_nothing(index_elements=["tenant_id", "id"])


def _rename() -> Update:
    principals = table(PrincipalRow)
    one = bindparam("principal_id", type_=Uuid(as_uuid=False))
    return (
        scoped_update(PrincipalRow)
        .where(principals.c.id == one)
        .values(name=bindparam("new_name", type_=Text))
    )
