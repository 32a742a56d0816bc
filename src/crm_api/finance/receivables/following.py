"""What follows for receivables from what happens to orders and contracts, and what they do not let happen."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from crm_api.finance.billing.errors import DocumentHasMoney
from crm_api.finance.billing.service import BillingService
from crm_api.finance.receivables.models import STATES
from crm_api.finance.receivables.planning import instalment
from crm_api.finance.receivables.repository import ReceivableRepository
from crm_api.finance.receivables.resource import CANCEL, receivables
from crm_api.kit import clock
from crm_api.kit.allowed import entrusted
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.resource import customers
from crm_api.sales.contracts.resource import contracts
from crm_api.sales.orders.models import PaymentTerms
from crm_api.sales.orders.resource import orders

# days after an order was placed
DUE_DAYS: Final = {PaymentTerms.PREPAID: 0, PaymentTerms.CREDIT: 30}
_SEEING: Final = (customers.read, contracts.read, orders.read, receivables.read)


async def bill_order(uow: UnitOfWork, order_id: str, _: Mapping[str, Any]) -> None:
    """An order is owed for by its terms, unless it carries out a contract that is paid in instalments."""
    repository = ReceivableRepository(uow)
    order = await repository.order(order_id)
    if order.contract_id is not None and await repository.of_document("contract_id", order.contract_id):
        return
    with entrusted(uow, *_SEEING, receivables.create):
        document = await BillingService(uow).document({"order_id": order_id})
        if document is None or document.amount <= 0:
            return
        due_on = clock.today(uow.principal.time_zone) + timedelta(DUE_DAYS[PaymentTerms(order.payment_terms)])
        amount = {"amount": document.amount, "amount_currency": document.currency}
        await repository.add(instalment(document, {"name": order.number, "due_on": due_on, **amount}))


async def drop_of_order(uow: UnitOfWork, order_id: str, _: Mapping[str, Any]) -> None:
    """Nothing is owed for an order that is cancelled."""
    await _drop(uow, "order_id", order_id)


async def drop_of_contract(uow: UnitOfWork, contract_id: str, _: Mapping[str, Any]) -> None:
    """Nothing is owed for a contract that is void."""
    await _drop(uow, "contract_id", contract_id)


async def keep_paid_order(uow: UnitOfWork, order: Any) -> None:
    """An order for which money was received is not cancelled."""
    await _refuse_paid(uow, "order_id", order.id)


async def keep_paid_contract(uow: UnitOfWork, contract: Any) -> None:
    """A contract for which money was received is not voided."""
    await _refuse_paid(uow, "contract_id", contract.id)


async def _refuse_paid(uow: UnitOfWork, field: str, document_id: str) -> None:
    _, paid = await ReceivableRepository(uow).sums(field, document_id)
    if paid:
        raise DocumentHasMoney


async def _drop(uow: UnitOfWork, field: str, document_id: str) -> None:
    repository = ReceivableRepository(uow)
    with entrusted(uow, *_SEEING, CANCEL):
        for row in await repository.of_document(field, document_id):
            STATES.take(row, "cancel", clock.now())
            await repository.save(row, event="cancelled")
