"""Applying for invoices; what becomes of an application is in `issuing`."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from crm_api.finance.billing.models import Document
from crm_api.finance.billing.service import BillingService, demand_minor_units
from crm_api.finance.invoices.models import AMOUNTS, STATES, Invoice
from crm_api.finance.invoices.repository import InvoiceRepository
from crm_api.finance.invoices.resource import ASSIGN, invoices
from crm_api.finance.invoices.tax_ids import LENGTH, is_sound
from crm_api.kit import clock
from crm_api.kit.errors import Invalid
from crm_api.kit.money import amount_text
from crm_api.kit.owning import assign_owner
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork


class InvoiceService:
    """Raises kinds, emits facts; never queries, never commits. Those of a document never come to more than it does."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = InvoiceRepository(uow)
        self._billing = BillingService(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """An application; customer and owner are those of the document it names."""
        values = dict(given)
        refuse_unwritable(self.uow, invoices, values)
        document = await self._billing.document(values)
        bearings = await self._billing.bearings(values, document)
        invoice = Invoice.new(status_entered_at=clock.now(), **bearings, **values)
        await self._check(invoice, values, document)
        return await self._repository.add(invoice)

    async def update(self, invoice_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears, while it is applied for; a new owner needs the right to assign."""
        values = dict(given)
        refuse_unwritable(self.uow, invoices, values)
        invoice = await self._repository.load(invoice_id)
        only_owner = values.keys() == {"owner_id"}
        event = await assign_owner(self.uow, invoice, values, ASSIGN)
        STATES.take(invoice, "assign" if only_owner else "update", clock.now())
        invoice.apply(values)
        document = await self._billing.document_of(invoice) if values.keys() & set(AMOUNTS) else None
        await self._check(invoice, values, document)
        return await self._repository.save(invoice, event=event)

    async def _check(self, invoice: Invoice, values: Mapping[str, Any], document: Document | None) -> None:
        tax_id = values.get("tax_id")
        if tax_id is not None and len(tax_id) == LENGTH and not is_sound(tax_id):
            raise Invalid.at("/tax_id", "tax_id_check_digit")
        if values.keys() & set(AMOUNTS):
            _check_amounts(invoice)
        if document is not None:
            await demand_room(self._repository, invoice, document)


async def demand_room(repository: InvoiceRepository, invoice: Invoice, document: Document) -> None:
    """Whether a document, which is held, bears an invoice besides the others."""
    total = partial(repository.total, but=invoice.id)
    currency, asked = invoice.gross_amount_currency, invoice.gross_amount
    await BillingService(repository.uow).demand_room(document, currency, asked, "/gross_amount", total)


def _check_amounts(invoice: Invoice) -> None:
    demand_minor_units(invoice.__dict__, *AMOUNTS)
    currency = invoice.gross_amount_currency
    for name in AMOUNTS:
        if getattr(invoice, f"{name}_currency") != currency:
            raise Invalid.at(f"/{name}", "other_currency")
    expected: Decimal = invoice.net_amount + invoice.tax_amount
    if expected != invoice.gross_amount:
        raise Invalid.at("/gross_amount", "sum_differs", expected=amount_text(expected, currency))
