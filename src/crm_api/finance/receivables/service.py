"""The verbs of single receivables; plans are in `planning`, what payments do to them in `settling`."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from crm_api.finance.billing.models import Document
from crm_api.finance.billing.service import BillingService, demand_minor_units
from crm_api.finance.receivables.errors import ReceivablePaidOn
from crm_api.finance.receivables.models import STATES, Receivable
from crm_api.finance.receivables.repository import ReceivableRepository
from crm_api.finance.receivables.resource import ASSIGN, receivables
from crm_api.finance.receivables.sharing import SharingService
from crm_api.kit import clock
from crm_api.kit.owning import assign_owner
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork


class ReceivableService:
    """Raises kinds, emits facts; never queries, never commits. Those of a document never come to more than it does."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ReceivableRepository(uow)
        self._billing = BillingService(uow)
        self._terms = SharingService(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new one; its customer and owner are those of the document it names."""
        values = dict(given)
        refuse_unwritable(self.uow, receivables, values)
        demand_minor_units(values, "amount")
        document = await self._billing.document(values)
        bearings = await self._billing.bearings(values, document)
        amount, currency = values.pop("amount"), values.pop("amount_currency")
        if document is not None:
            await self._terms.demand_own(document)
            await self._demand_room(document, amount, currency)
        row = Receivable.new(status_entered_at=clock.now(), **bearings, **values)
        row.charge(amount, currency)
        return await self._repository.add(row)

    async def update(self, receivable_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears. The amount stands once something is paid; a new owner needs the right."""
        values = dict(given)
        refuse_unwritable(self.uow, receivables, values)
        demand_minor_units(values, "amount")
        if "amount" in values:
            await self._billing.hold_all(await self._repository.documents([receivable_id]))
        row = await self._repository.load(receivable_id)
        event = await assign_owner(self.uow, row, values, ASSIGN)
        STATES.take(row, "assign" if event == "assigned" else "update", clock.now())
        if "amount" in values:
            await self._charge(row, values.pop("amount"), values.pop("amount_currency"))
        row.apply(values)
        return await self._repository.save(row, event=event)

    async def cancel(self, receivable_id: str) -> dict[str, Any]:
        """It is not owed any more; nothing was paid on it."""
        row = await self._repository.load(receivable_id)
        STATES.take(row, "cancel", clock.now())
        return await self._repository.save(row, event="cancelled")

    async def delete(self, receivable_id: str) -> None:
        """Softly: it can be restored. Nothing was paid on it."""
        row = await self._repository.load(receivable_id)
        STATES.take(row, "delete", clock.now())
        row.deleted_at = clock.now()
        await self._repository.save(row, event="deleted")

    async def restore(self, receivable_id: str) -> dict[str, Any]:
        """Undo a deletion, if the document still has room for it."""
        row = await self._repository.load(receivable_id, deleted=True)
        document = await self._billing.document_of(row)
        if document is not None:
            await self._terms.demand_own(document)
            await self._demand_room(document, row.amount, row.amount_currency)
        row.deleted_at = None
        return await self._repository.save(row, event="restored")

    async def _charge(self, row: Receivable, amount: Decimal, currency: str) -> None:
        if (amount, currency) == (row.amount, row.amount_currency):
            return
        if row.paid_amount:
            raise ReceivablePaidOn
        document = await self._billing.document_of(row)
        if document is not None:
            await self._demand_room(document, amount, currency, but=row.id)
        row.charge(amount, currency)

    async def _demand_room(
        self, document: Document, amount: Decimal, currency: str, but: str | None = None
    ) -> None:
        total = partial(self._repository.total, but=but)
        await self._billing.demand_room(document, currency, amount, "/amount", total)
