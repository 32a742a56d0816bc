"""The SQL of subjects."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, Uuid, cast, literal, null, select
from sqlalchemy.sql.dml import Update
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.access import Scope, access_values, grant_level
from crm_api.kit.db import table
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped, scoped_update
from crm_api.kit.uow import UnitOfWork


class Subject(NamedTuple):
    """What decides over the right to change a record: whose it is, and how it was shared with the caller."""

    owner_id: str | None
    team_id: str | None
    grant: str | None


class Carried(NamedTuple):
    """Something that is about another record now."""

    id: str
    version: int
    owner_id: str | None
    team_id: str | None


class SubjectRepository:
    """Records that something is about, as the caller sees them."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def find(self, resource: Resource, record_id: str) -> Subject | None:
        """A record that the caller reads; locked against its deletion until the commit."""
        principal = self.uow.principal
        reach = principal.reach(resource.read)
        scope = resource.access.scope(principal, reach, resource.name)
        rows = await self.uow.fetch(
            ("subject", resource.name, scope),
            lambda: _find(resource, scope),
            {**access_values(principal, reach), "id": record_id},
        )
        return Subject(*rows[0]) if rows else None

    async def carry(
        self,
        resource: Resource,
        subject: tuple[str, str],
        to: tuple[str, str],
        customer_id: str,
        at: datetime,
    ) -> list[Carried]:
        """Turn what is about one record to another, and to its customer."""
        values = {"of": subject[0], "record_id": subject[1], "new_type": to[0], "new_id": to[1], "at": at}
        values |= {"new_customer": customer_id} if "customer_id" in resource.fields else {}
        rows = await self.uow.fetch(("carry", resource.name), lambda: _carry(resource), values)
        return [Carried(*row) for row in rows]


def _carry(resource: Resource) -> Update:
    target, record_id = table(resource.model).c, Uuid(as_uuid=False)
    counted = {"customer_id": bindparam("new_customer", type_=record_id)}
    owner = [cast(target[n], Text) if resource.access.owned else null() for n in ("owner_id", "team_id")]
    return (
        scoped_update(resource.model)
        .where(
            target.subject_type == bindparam("of", type_=Text),
            target.subject_id == bindparam("record_id", type_=record_id),
            target.deleted_at.is_(None),
        )
        .values(
            subject_type=bindparam("new_type", type_=Text),
            subject_id=bindparam("new_id", type_=record_id),
            updated_at=bindparam("at", type_=target.updated_at.type),
            updated_by=bindparam("me", type_=record_id),
            version=target.version + literal(1),
            **(counted if "customer_id" in resource.fields else {}),
        )
        .returning(cast(target.id, Text), target.version, *owner)
    )


def _find(resource: Resource, scope: Scope) -> Select[Any]:
    rows = scoped(resource.model, "r")
    owner = [cast(rows.c[n], Text) if resource.access.owned else null() for n in ("owner_id", "team_id")]
    grant = grant_level(rows, resource.name) if scope.grants else null()
    allowed = resource.access.predicate(rows, scope, resource.name)
    columns: list[Any] = [*owner, grant]
    return (
        select(*columns)
        .where(rows.c.id == bindparam("id", type_=Uuid(as_uuid=False)), allowed, *resource.alive(rows))
        .with_for_update(read=True, key_share=True, of=rows)
    )
