"""What invoices do not let happen to orders and contracts."""

from typing import Any

from crm_api.finance.billing.errors import DocumentHasInvoice, InvoicedBeyond
from crm_api.finance.billing.service import BillingService
from crm_api.finance.invoices.repository import InvoiceRepository
from crm_api.kit.money import amount_text
from crm_api.kit.uow import UnitOfWork


async def keep_invoiced_order(uow: UnitOfWork, order: Any) -> None:
    """An order is not cancelled while an invoice that was issued for it stands."""
    await _refuse_invoiced(uow, "order_id", order.id)


async def keep_invoiced_goods(uow: UnitOfWork, order: Any) -> None:
    """The rest of an order is not cancelled while more is invoiced of it, or applied for, than would be owed."""
    invoiced = await InvoiceRepository(uow).total("order_id", order.id)
    if invoiced > order.owed:
        code = order.currency
        raise InvoicedBeyond(
            invoiced=amount_text(invoiced, code), owed=amount_text(order.owed, code), currency=code
        )


async def keep_invoiced_contract(uow: UnitOfWork, contract: Any) -> None:
    """A contract is not voided while an invoice stands that was issued for it, in any revision, or for its orders."""
    if contract.signed_on is not None:
        await _refuse_invoiced(uow, "contract_id", contract.id)


async def keep_invoiced(uow: UnitOfWork, amendment: Any) -> None:
    """An amendment bears what is invoiced by the contract, or applied for."""
    await BillingService(uow).demand_amended(amendment, InvoiceRepository(uow).total)


async def _refuse_invoiced(uow: UnitOfWork, field: str, document_id: str) -> None:
    if await InvoiceRepository(uow).stands(field, document_id):
        raise DocumentHasInvoice
