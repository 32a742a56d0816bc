"""The SQL that invoices have of their own."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Uuid, func, literal, select
from sqlalchemy.sql.expression import bindparam

from crm_api.finance.invoices.models import Invoice, InvoiceStatus
from crm_api.finance.invoices.resource import invoices
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork


class InvoiceRepository(Repository[Invoice]):
    """Invoices of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, invoices)

    async def total(self, field: str, document_id: str, but: str | None = None) -> Decimal:
        """What is invoiced of a document, or applied for, one left out; hold the document first."""
        values = {"id": document_id, "but": but}
        (row,) = await self.uow.fetch(("invoiced", field), lambda: _total(field), values)
        return Decimal(row[0])


def _total(field: str) -> Select[Any]:
    rows = scoped(Invoice, "r")
    return select(func.coalesce(func.sum(rows.c.gross_amount), literal(0))).where(
        rows.c[field] == bindparam("id", type_=Uuid(as_uuid=False)),
        rows.c.id.is_distinct_from(bindparam("but", type_=Uuid(as_uuid=False))),
        # a red letter and what it takes back come to nothing
        rows.c.status != InvoiceStatus.VOIDED,
    )
