"""The SQL of documents that are billed."""

from typing import Any

from sqlalchemy import Select, Text, Uuid, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import bindparam

from crm_api.finance.billing.models import Document
from crm_api.finance.billing.resource import DOCUMENTS
from crm_api.kit.access import Scope, access_values
from crm_api.kit.principal import Reach
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

_ID = bindparam("id", type_=Uuid(as_uuid=False))
_IDS = ("id", "customer_id", "owner_id", "team_id")


class BillingRepository:
    """Documents of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def lock(self, field: str, document_id: str, *, visible: bool) -> Document | None:
        """The document; until the commit nobody else bills it. With `visible` only if the caller can see it."""
        resource, principal = DOCUMENTS[field].resource, self.uow.principal
        reach = principal.reach(resource.read) if visible else Reach.ALL
        scope = resource.access.scope(principal, reach, resource.name)
        values = {**access_values(principal, reach), "id": document_id}
        rows = await self.uow.fetch(("billed document", field, scope), lambda: _lock(resource, scope), values)
        return Document(field, *rows[0]) if rows else None


def _lock(resource: Resource, scope: Scope) -> Select[Any]:
    rows = scoped(resource.model, "d")
    ids: list[ColumnElement[Any]] = [rows.c[name].cast(Text).label(name) for name in _IDS]
    return (
        select(*ids, rows.c.currency, rows.c.gross_amount, rows.c.status)
        .where(rows.c.id == _ID, resource.access.predicate(rows, scope, resource.name), *resource.alive(rows))
        .with_for_update(key_share=True, of=rows)
    )
