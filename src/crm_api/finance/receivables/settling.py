"""What payments do to receivables, and receivables to the orders they pay for."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from crm_api.finance.billing.models import Document
from crm_api.finance.billing.service import BillingService
from crm_api.finance.receivables.models import Receivable
from crm_api.finance.receivables.repository import ReceivableRepository
from crm_api.finance.receivables.sharing import NONE, SETTLE, SharingService
from crm_api.kit import clock
from crm_api.kit.allowed import entrusted
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.orders.resource import orders
from crm_api.sales.orders.service import OrderService


class SettlingService:
    """Raises kinds, emits facts; never queries, never commits. Orders are told what is paid for them in all.

    Only what `locked` found is settled.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ReceivableRepository(uow)
        self._orders: dict[str, Document] = {}

    async def locked(self, ids: Collection[str], *, visible: bool) -> dict[str, Receivable]:
        """The live ones among some receivables, locked in the order of their ids after what they bill."""
        self._orders = await BillingService(self.uow).hold_all(await self._repository.documents(ids))
        return await self._repository.lock(ids, visible=visible)

    async def settle(self, changes: Sequence[tuple[Receivable, Decimal]]) -> None:
        """So much more, or less, has come in for each; for goods of an order that came back nothing is owed again."""
        at, rows = clock.now(), [row for row, _ in changes]
        held = self._billed(rows)
        excess = await self._excess(held) if any(amount < 0 for _, amount in changes) else {}
        for row, amount in changes:
            event = row.receive(amount, at) if amount > 0 else row.give_back(-amount, at)
            if less := min(row.rest, excess.get(row.order_id, NONE)):
                excess[row.order_id] -= less
                event = row.lower(less, at)
            await self._repository.save(row, event=event)
        await self._tell(rows, held)

    async def pay_back(self, changes: Sequence[tuple[Receivable, Decimal]]) -> None:
        """So much of what had come in for each goes back for good: it is not owed again."""
        at, rows = clock.now(), [row for row, _ in changes]
        held = self._billed(rows)
        for row, amount in changes:
            await self._repository.save(row, event=row.pay_back(amount, at))
        await self._tell(rows, held)

    def _billed(self, rows: Iterable[Receivable]) -> list[Document]:
        """The orders that they bill, held: whoever paid for one before is counted."""
        return [self._orders[each] for each in sorted({row.order_id for row in rows if row.order_id})]

    async def _excess(self, held: Iterable[Document]) -> dict[str | None, Decimal]:
        """By how much what bills an order comes to more than it does, less what came back of it."""
        billed = [(each, await self._repository.total("order_id", each.id)) for each in held]
        return {each.id: max(total - each.amount, NONE) for each, total in billed}

    async def _tell(self, rows: Iterable[Receivable], held: Iterable[Document]) -> None:
        for order in held:
            _, paid = await self._repository.sums("order_id", order.id)
            with entrusted(self.uow, orders.read, SETTLE):
                await OrderService(self.uow).settle(order.id, paid)
        for contract_id in sorted({row.contract_id for row in rows if row.contract_id is not None}):
            await SharingService(self.uow).share_out(contract_id)
