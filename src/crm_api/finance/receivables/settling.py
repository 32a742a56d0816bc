"""What payments do to receivables, and receivables to the orders they bill."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from crm_api.finance.billing.service import BillingService
from crm_api.finance.receivables.models import Receivable
from crm_api.finance.receivables.repository import ReceivableRepository
from crm_api.kit import clock
from crm_api.kit.uow import UnitOfWork


class SettlingService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ReceivableRepository(uow)

    async def locked(self, ids: Collection[str], *, visible: bool) -> dict[str, Receivable]:
        """The live ones among some receivables, locked in the order of their ids."""
        return await self._repository.lock(ids, visible=visible)

    async def settle(self, changes: Sequence[tuple[Receivable, Decimal]]) -> None:
        """So much more, or less, has come in for each; the orders they bill are told what is paid for them in all."""
        at = clock.now()
        for row, amount in changes:
            event = row.receive(amount, at) if amount > 0 else row.give_back(-amount, at)
            await self._repository.save(row, event=event)
        for order_id in sorted({row.order_id for row, _ in changes if row.order_id is not None}):
            await self._tell(order_id)

    async def _tell(self, order_id: str) -> None:
        await BillingService(self.uow).hold("order_id", order_id)
