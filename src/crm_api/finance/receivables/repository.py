"""The SQL that receivables have of their own."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, Select, Uuid, func, literal, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.finance.receivables.models import Receivable, ReceivableStatus
from crm_api.finance.receivables.resource import receivables
from crm_api.kit.access import access_values
from crm_api.kit.db import table
from crm_api.kit.kinds import Identifier, kind_of
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

_ID = bindparam("id", type_=Uuid(as_uuid=False))
_IDS = bindparam("ids", type_=ARRAY(Uuid(as_uuid=False)))


class ReceivableRepository(Repository[Receivable]):
    """Receivables of one unit of work. Several are locked in the order of their ids: nobody waits in a circle."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, receivables)

    async def lock(self, ids: Collection[str], *, visible: bool) -> dict[str, Receivable]:
        """Live ones by id; with `visible` only those that the caller can read."""
        principal = self.uow.principal
        reach = principal.reach(receivables.read)
        scope = receivables.access.scope(principal, reach, receivables.name) if visible else None

        def build() -> Select[Any]:
            rows = scoped(Receivable, "r")
            seen = [receivables.access.predicate(rows, scope, receivables.name)] if scope else []
            return _locked(rows, rows.c.id == func.any(_IDS), *seen)

        values = {**access_values(principal, reach), "ids": sorted(set(ids))}
        rows = await self.uow.fetch(("lock receivables", scope), build, values)
        return {row["id"]: Receivable.loaded(dict(row)) for row in rows}

    async def of_document(self, field: str, document_id: str) -> list[Receivable]:
        """The live ones of a document that are not cancelled, locked."""

        def build() -> Select[Any]:
            rows = scoped(Receivable, "r")
            return _locked(rows, rows.c[field] == _ID, rows.c.status != ReceivableStatus.CANCELLED)

        rows = await self.uow.fetch(("receivables of", field), build, {"id": document_id})
        return [Receivable.loaded(dict(row)) for row in rows]

    async def sums(self, field: str, document_id: str, but: str | None = None) -> tuple[Decimal, Decimal]:
        """What the live ones of a document come to, one left out, and what is paid on them; hold the document first."""

        def build() -> Select[Any]:
            rows = scoped(Receivable, "r")
            amount, paid = (func.coalesce(func.sum(rows.c[name]), literal(0)) for name in _AMOUNTS)
            return select(amount, paid).where(
                rows.c[field] == _ID,
                rows.c.id.is_distinct_from(bindparam("but", type_=Uuid(as_uuid=False))),
                rows.c.status != ReceivableStatus.CANCELLED,
                rows.c.deleted_at.is_(None),
            )

        values = {"id": document_id, "but": but}
        (row,) = await self.uow.fetch(("sums of receivables", field), build, values)
        return Decimal(row[0]), Decimal(row[1])


_AMOUNTS = ("amount", "paid_amount")


def _locked(rows: Alias, *conditions: ColumnElement[bool]) -> Select[Any]:
    columns: list[ColumnElement[Any]] = []
    for column in table(Receivable).columns:
        kind, cell = kind_of(column), rows.c[column.key]
        if column.computed is None:
            columns.append((kind.select(cell) if isinstance(kind, Identifier) else cell).label(column.key))
    return (
        select(*columns)
        .where(*conditions, rows.c.deleted_at.is_(None))
        .order_by(rows.c.id)
        .with_for_update(key_share=True, of=rows)
    )
