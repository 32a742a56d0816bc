"""What becomes of an application for an invoice."""

from typing import Any, Final

from crm_api.finance.billing.service import BillingService
from crm_api.finance.invoices.models import STATES
from crm_api.finance.invoices.repository import InvoiceRepository
from crm_api.finance.invoices.resource import RED_LETTER, invoices
from crm_api.finance.invoices.service import demand_room
from crm_api.kit import clock
from crm_api.kit.allowed import entrusted
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.resource import customers
from crm_api.sales.contracts.resource import contracts
from crm_api.sales.orders.resource import orders
from crm_api.setup.exchange_rates.service import ExchangeRateService
from crm_api.setup.number_series.service import NumberSeriesService

_SEEING: Final = (customers.read, contracts.read, orders.read, invoices.read)


class IssuingService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = InvoiceRepository(uow)

    async def approve(self, invoice_id: str) -> dict[str, Any]:
        """It is right; said by somebody who neither applied for it nor changed it last."""
        invoice = await self._repository.load(invoice_id)
        invoice.approve(self.uow.principal.id, clock.now())
        return await self._repository.save(invoice, event="approved")

    async def issue(self, invoice_id: str) -> dict[str, Any]:
        """It has the next number, the day and its worth in the company's currency, and stays as it is.

        Goods may have come back since it was applied for: the document still has to bear it.
        """
        invoice = await self._repository.load(invoice_id)
        STATES.take(invoice, "issue", clock.now())
        document = await BillingService(self.uow).document_of(invoice)
        if document is not None:
            await demand_room(self._repository, invoice, document)
        invoice.issued_on = on = clock.today(self.uow.principal.time_zone)
        rates = ExchangeRateService(self.uow)
        known = await rates.in_base(invoice.gross_amount, invoice.gross_amount_currency, on)
        invoice.apply(known.as_columns() if known else {})
        invoice.number = await self._number()
        return await self._repository.save(invoice, event="issued")

    async def deliver(self, invoice_id: str) -> dict[str, Any]:
        """The customer has it."""
        invoice = await self._repository.load(invoice_id)
        STATES.take(invoice, "deliver", clock.now())
        return await self._repository.save(invoice, event="delivered")

    async def void(self, invoice_id: str, reason: str) -> dict[str, Any]:
        """Withdrawn or turned down before it was issued."""
        invoice = await self._repository.load(invoice_id)
        invoice.void(reason, clock.now())
        return await self._repository.save(invoice, event="voided")

    async def red_letter(self, invoice_id: str, reason: str) -> dict[str, Any]:
        """Taken back by another invoice with its amounts below zero; of two at once one does."""
        invoice = await self._repository.load(invoice_id)
        on = clock.today(self.uow.principal.time_zone)
        correction = invoice.correction(reason, on, clock.now())
        correction.number = await self._number()
        with entrusted(self.uow, *_SEEING, RED_LETTER):  # whoever may see the customer now
            await InvoiceRepository(self.uow).add(correction, event="issued")
        return await self._repository.save(invoice, event="red_lettered")

    async def _number(self) -> str:
        # last, because those who ask for numbers wait for each other
        return await NumberSeriesService(self.uow).next(invoices.name, "I")
