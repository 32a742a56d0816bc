"""The SQL that invoices have of their own."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Uuid, func, literal, or_, select
from sqlalchemy.sql.expression import bindparam

from crm_api.finance.billing.models import counts_within
from crm_api.finance.invoices.models import OUT, Invoice, InvoiceStatus
from crm_api.finance.invoices.resource import invoices
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork


class InvoiceRepository(Repository[Invoice]):
    """Invoices of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, invoices)

    async def stands(self, field: str, document_id: str) -> bool:
        """Whether an invoice that was issued within a document was not taken back; hold the document first."""

        def build() -> Select[Any]:
            rows = scoped(Invoice, "r")
            return select(rows.c.id).where(
                counts_within(rows, field),
                or_(*(rows.c.status == literal(status.value) for status in sorted(OUT))),
                rows.c.corrects_id.is_(None),
            )

        return bool(await self.uow.fetch(("issued within", field), build, {"id": document_id}))

    async def total(self, field: str, document_id: str, but: str | None = None) -> Decimal:
        """What is invoiced within a document, or applied for, one left out; hold the document first."""
        values = {"id": document_id, "but": but}
        (row,) = await self.uow.fetch(("invoiced", field), lambda: _total(field), values)
        return Decimal(row[0])


def _total(field: str) -> Select[Any]:
    rows = scoped(Invoice, "r")
    return select(func.coalesce(func.sum(rows.c.gross_amount), literal(0))).where(
        counts_within(rows, field),
        rows.c.id.is_distinct_from(bindparam("but", type_=Uuid(as_uuid=False))),
        # a red letter and what it takes back come to nothing
        rows.c.status != InvoiceStatus.VOIDED,
    )
