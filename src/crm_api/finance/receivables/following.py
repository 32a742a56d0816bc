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
from crm_api.finance.receivables.sharing import NONE, SharingService
from crm_api.kit import clock
from crm_api.kit.allowed import entrusted
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.resource import customers
from crm_api.sales.contracts.models import UNSIGNED
from crm_api.sales.contracts.resource import contracts
from crm_api.sales.orders.models import PaymentTerms
from crm_api.sales.orders.resource import orders

# days after an order was placed
DUE_DAYS: Final = {PaymentTerms.PREPAID: 0, PaymentTerms.CREDIT: 30}
_SEEING: Final = (customers.read, contracts.read, orders.read, receivables.read)


async def pay_by_contract(uow: UnitOfWork, order: Any) -> None:
    """What has come in for the contract that an order carries out counts for it from its placing."""
    await SharingService(uow).begin(order)


async def bill_order(uow: UnitOfWork, order_id: str, _: Mapping[str, Any]) -> None:
    """An order is owed for by its terms, unless it carries out a contract that is paid in instalments."""
    repository = ReceivableRepository(uow)
    with entrusted(uow, *_SEEING, receivables.create):
        billing = BillingService(uow)
        document = await billing.document({"order_id": order_id})
        if document is None or document.amount <= 0:
            return
        if document.contract is not None and await repository.received(document.contract.id) is not None:
            return
        await billing.demand_room(document, document.currency, document.amount, "/lines", repository.total)
        order = await repository.order(order_id)
        due_on = clock.today(uow.principal.time_zone) + timedelta(DUE_DAYS[PaymentTerms(order.payment_terms)])
        amount = {"amount": document.amount, "amount_currency": document.currency}
        await repository.add(instalment(document, {"name": order.number, "due_on": due_on, **amount}))


async def drop_of_order(uow: UnitOfWork, order_id: str, _: Mapping[str, Any]) -> None:
    """Nothing is owed for an order that is cancelled."""
    await _drop(uow, "order_id", order_id)


async def drop_of_contract(uow: UnitOfWork, contract_id: str, diff: Mapping[str, Any]) -> None:
    """Nothing is owed for a contract that is void; an amendment that was never signed takes nothing with it."""
    if diff["status"]["from"] not in UNSIGNED:
        await _drop(uow, "contract_id", contract_id)


async def lower_of_order(uow: UnitOfWork, order_id: str, _: Mapping[str, Any]) -> None:
    """What came back or was cancelled is not owed any more, the last instalment first.

    What was paid of it is due to the customer.
    """
    repository, at = ReceivableRepository(uow), clock.now()
    document = await BillingService(uow).hold("order_id", order_id)
    standing = sorted(await repository.of_document("order_id", order_id), key=lambda row: row.due_on)
    if document is None or not standing:
        return
    excess = sum((row.amount for row in standing), NONE) - document.amount
    with entrusted(uow, *_SEEING, CANCEL):
        for row in reversed(standing):
            less = min(row.rest, excess)
            if less > 0:
                excess -= less
                await repository.save(row, event=row.lower(less, at))


async def share_out(uow: UnitOfWork, order_id: str, _: Mapping[str, Any]) -> None:
    """What an order no longer takes of the receipts of its contract counts for those behind it."""
    document = await BillingService(uow).hold("order_id", order_id)
    if document is not None and document.contract is not None:
        await SharingService(uow).share_out(document.contract.id)


async def hold_contract(uow: UnitOfWork, order_id: str) -> None:
    """Whoever changes what is owed for an order has its contract before it, as whoever pays for the contract."""
    await BillingService(uow).hold_contract("order_id", order_id)


async def keep_paid_order(uow: UnitOfWork, order: Any) -> None:
    """An order for which money was received is not cancelled; what came in for its contract counts for others."""
    if not await SharingService(uow).reckon(order, NONE):
        await _refuse_paid(uow, "order_id", order.id)


async def reckon_owed(uow: UnitOfWork, order: Any) -> None:
    """What came back or was cancelled takes nothing of the receipts of a contract."""
    await SharingService(uow).reckon(order, order.owed)


async def keep_paid_contract(uow: UnitOfWork, contract: Any) -> None:
    """A contract for which money was received, in any revision or by an order, is not voided."""
    if contract.signed_on is not None:
        await _refuse_paid(uow, "contract_id", contract.id)


async def keep_billed(uow: UnitOfWork, amendment: Any) -> None:
    """An amendment bears what is owed by the contract, and the orders that its instalments pay for."""
    billing, repository = BillingService(uow), ReceivableRepository(uow)
    await billing.demand_amended(amendment, repository.total)
    await billing.demand_amended(amendment, repository.ordered)


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
