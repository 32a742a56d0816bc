"""What comes in for a contract, over the orders that carry it out."""

from decimal import Decimal
from typing import Any, Final

from crm_api.finance.billing.models import Document
from crm_api.finance.billing.service import BillingService
from crm_api.finance.receivables.errors import BilledByContract
from crm_api.finance.receivables.repository import ReceivableRepository, Share
from crm_api.kit.allowed import entrusted
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.orders.resource import orders
from crm_api.sales.orders.service import OrderService

NONE: Final = Decimal(0)
# held by no role: what follows from a payment
SETTLE = orders.action("settle")


class SharingService:
    """An order of a contract that has instalments is not billed itself: what came in for the contract pays for it.

    It counts for the orders in the order of their placing, for each up to what is owed for it; what a
    cancelled or returned one had taken counts for those behind it. So a prepaid order is shipped once the receipts of
    its contract cover it and all that were placed before it; one that is to leave earlier needs credit.
    An order that was billed before its contract had instalments is paid for itself.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ReceivableRepository(uow)
        self._billing = BillingService(uow)

    async def demand_own(self, document: Document) -> None:
        """BilledByContract for an order that is paid by the instalments of its contract."""
        if document.contract is not None and await self._is_shared(document.id, document.contract.id):
            raise BilledByContract

    async def share_out(self, contract_id: str) -> None:
        """Tell the orders of a contract what is paid for each, after something has changed."""
        await self._billing.hold("contract_id", contract_id)
        # only now: what came in meanwhile is counted
        rest = await self._repository.received(contract_id) or NONE
        for share in await self._repository.shares(contract_id):
            paid = min(share.owed, rest)
            rest -= paid
            if paid != share.paid:
                with entrusted(self.uow, orders.read, SETTLE):
                    await OrderService(self.uow).settle(share.order_id, paid)

    async def begin(self, order: Any) -> None:
        """What is left of the receipts counts for an order that is being placed.

        With those placed before, it comes to no more than the contract, in its currency: what exceeds it, nobody owes.
        """
        if order.contract_id is None:
            return
        contract = await self._billing.hold("contract_id", order.contract_id)
        received = await self._repository.received(order.contract_id)
        if contract is not None and received is not None:
            asked, total = (order.currency, order.gross_amount, "/lines"), self._repository.ordered
            await self._billing.demand_room_within(contract, *asked, total)
            taken = sum((share.paid for share in await self._repository.shares(order.contract_id)), NONE)
            order.pay(min(order.gross_amount, received - taken))

    async def reckon(self, order: Any, owed: Decimal) -> bool:
        """Whether an order is paid by its contract; if so it keeps no more of the receipts than is owed for it."""
        if order.contract_id is None or not await self._is_shared(order.id, order.contract_id):
            return False
        order.pay(min(order.paid_amount, owed))
        return True

    async def _is_shared(self, order_id: str, contract_id: str) -> bool:
        if await self._repository.received(contract_id) is None:
            return False
        return any(share.order_id == order_id for share in await self._shares(contract_id))

    async def _shares(self, contract_id: str) -> list[Share]:
        await self._billing.hold("contract_id", contract_id)
        return await self._repository.shares(contract_id)
