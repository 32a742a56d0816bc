"""The SQL of subjects."""

from typing import Any, NamedTuple

from sqlalchemy import Select, Text, Uuid, cast, null, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.access import Scope, access_values, grant_level
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork


class Subject(NamedTuple):
    """What decides over the right to change a record: whose it is, and how it was shared with the caller."""

    owner_id: str | None
    team_id: str | None
    grant: str | None


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
