"""The SQL that receivables have of their own."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Select, Text, Uuid, func, literal, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.finance.billing.models import Named, bills, counts_within, revisions
from crm_api.finance.receivables.models import Receivable, ReceivableStatus
from crm_api.finance.receivables.resource import receivables
from crm_api.kit.access import access_values
from crm_api.kit.db import table
from crm_api.kit.kinds import Identifier, kind_of
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.orders.models import Order, OrderStatus

_ID = bindparam("id", type_=Uuid(as_uuid=False))
_IDS = bindparam("ids", type_=ARRAY(Uuid(as_uuid=False)))


class Ordered(NamedTuple):
    """What billing needs to know of an order."""

    number: str
    payment_terms: str


class Share(NamedTuple):
    """What an order may take of the receipts of its contract, and what it has taken."""

    order_id: str
    owed: Decimal
    paid: Decimal


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

    async def documents(self, ids: Collection[str]) -> list[Named]:
        """What some bill; neither they nor the documents are locked by this."""
        rows = await self.uow.fetch("documents of receivables", _documents, {"ids": sorted(set(ids))})
        return [Named(*row) for row in rows]

    async def of_document(self, field: str, document_id: str) -> list[Receivable]:
        """The live ones of a document that are not cancelled, locked; of a contract in any revision."""

        def build() -> Select[Any]:
            rows = scoped(Receivable, "r")
            return _locked(rows, bills(rows, field), rows.c.status != ReceivableStatus.CANCELLED)

        rows = await self.uow.fetch(("receivables of", field), build, {"id": document_id})
        return [Receivable.loaded(dict(row)) for row in rows]

    async def order(self, order_id: str) -> Ordered:
        """What it is called, and what its terms are."""
        (row,) = await self.uow.fetch("terms of order", _terms, {"id": order_id})
        return Ordered(*row)

    async def sums(self, field: str, document_id: str, but: str | None = None) -> tuple[Decimal, Decimal]:
        """What the live ones within a document come to, one left out, and what is paid on them; hold it first."""

        def build() -> Select[Any]:
            rows = scoped(Receivable, "r")
            amount, paid = (func.coalesce(func.sum(rows.c[name]), literal(0)) for name in _AMOUNTS)
            return select(amount, paid).where(
                counts_within(rows, field),
                rows.c.id.is_distinct_from(bindparam("but", type_=Uuid(as_uuid=False))),
                *_standing(rows),
            )

        values = {"id": document_id, "but": but}
        (row,) = await self.uow.fetch(("sums of receivables", field), build, values)
        return Decimal(row[0]), Decimal(row[1])

    async def total(self, field: str, document_id: str, but: str | None = None) -> Decimal:
        """What the live ones within a document come to; hold the document first."""
        return (await self.sums(field, document_id, but))[0]

    async def received(self, contract_id: str) -> Decimal | None:
        """What has come in for a contract itself; None when it has no instalments."""
        (row,) = await self.uow.fetch("received by contract", _received, {"id": contract_id})
        return None if row[0] is None else Decimal(row[0])

    async def ordered(self, _: str, contract_id: str) -> Decimal:
        """What the orders of a contract come to, less what came back; hold the contract first."""
        ((total,),) = await self.uow.fetch("ordered by contract", _ordered, {"id": contract_id})
        return Decimal(total)

    async def shares(self, contract_id: str) -> list[Share]:
        """The orders of a contract that are not billed themselves, nor cancelled, the one placed first first."""
        rows = await self.uow.fetch("shares of contract", _shares, {"id": contract_id})
        return [Share(*row) for row in rows]


_AMOUNTS = ("amount", "paid_amount")


def _documents() -> Select[Any]:
    rows, bought = scoped(Receivable, "r"), scoped(Order, "o")
    contract = func.coalesce(rows.c.contract_id, bought.c.contract_id)
    ids: list[ColumnElement[Any]] = [rows.c.order_id.cast(Text), contract.cast(Text)]
    return (
        select(*ids)
        .select_from(rows.outerjoin(bought, bought.c.id == rows.c.order_id))
        .where(rows.c.id == func.any(_IDS))
    )


def _standing(rows: Alias) -> list[ColumnElement[bool]]:
    return [rows.c.status != ReceivableStatus.CANCELLED, rows.c.deleted_at.is_(None)]


def _received() -> Select[Any]:
    rows = scoped(Receivable, "r")
    return select(func.sum(rows.c.paid_amount)).where(bills(rows, "contract_id"), *_standing(rows))


def _ordered() -> Select[Any]:
    bought = scoped(Order, "o")
    return select(func.coalesce(func.sum(_owed(bought)), literal(0))).where(*_carrying_out(bought))


def _shares() -> Select[Any]:
    bought, own = scoped(Order, "o"), scoped(Receivable, "own")
    billed = select(own.c.id).where(own.c.order_id == bought.c.id, *_standing(own)).exists()
    return (
        select(bought.c.id.cast(Text), _owed(bought), bought.c.paid_amount)
        .where(*_carrying_out(bought), ~billed)
        .order_by(bought.c.created_at, bought.c.id)
    )


def _owed(bought: Alias) -> ColumnElement[Any]:
    cancelled = func.coalesce(bought.c.cancelled_amount, literal(0))
    return bought.c.gross_amount - bought.c.returned_amount - cancelled


def _carrying_out(bought: Alias) -> list[ColumnElement[bool]]:
    return [bought.c.contract_id.in_(revisions()), bought.c.status != OrderStatus.CANCELLED]


def _terms() -> Select[Any]:
    rows = scoped(Order, "o")
    return select(rows.c.number, rows.c.payment_terms).where(rows.c.id == _ID)


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
