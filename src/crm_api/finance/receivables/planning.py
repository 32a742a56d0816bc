"""Plans: all instalments of a document at once."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crm_api.finance.billing.models import Document
from crm_api.finance.billing.service import BillingService, demand_minor_units
from crm_api.finance.receivables.errors import PlanDiffers
from crm_api.finance.receivables.models import NONE, Receivable
from crm_api.finance.receivables.repository import ReceivableRepository
from crm_api.finance.receivables.sharing import SharingService
from crm_api.kit import clock
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.uow import UnitOfWork


class PlanningService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ReceivableRepository(uow)

    async def plan(self, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Replace the receivables that nothing is paid on; with the others the new ones come to the total exactly."""
        billing = BillingService(self.uow)
        document = await billing.document(given)
        if document is None:
            raise Invalid.at("/contract_id", "plan_needs_document")
        await SharingService(self.uow).demand_own(document)
        standing = await self._repository.of_document(document.field, document.id)
        kept = [row for row in standing if row.paid_amount]
        dropped = sum((row.amount for row in standing if row not in kept), NONE)
        billed = await self._repository.total(document.field, document.id)
        # besides what is paid on, the orders of a contract may have been billed themselves
        expected = document.amount - (billed - dropped)
        _check(given["instalments"], expected, document.currency)
        more = expected - dropped
        await billing.demand_room(document, document.currency, more, "/instalments", self._repository.total)
        for row in standing:
            if row not in kept:
                row.deleted_at = clock.now()
                await self._repository.save(row, event="deleted")
        made = [await self._repository.add(instalment(document, item)) for item in given["instalments"]]
        answers = [*[await self._repository.answer(row) for row in kept], *made]
        return sorted(answers, key=lambda answer: (str(answer["due_on"]), answer["id"]))


def instalment(document: Document, item: Mapping[str, Any]) -> Receivable:
    """What is owed of a document, as its owner's."""
    bearings = {
        "customer_id": document.customer_id,
        "owner_id": document.owner_id,
        "team_id": document.team_id,
        document.field: document.id,
    }
    named = {"name": item["name"], "due_on": item["due_on"]}
    row = Receivable.new(status_entered_at=clock.now(), **bearings, **named)
    row.charge(item["amount"], item["amount_currency"])
    return row


def _check(instalments: list[dict[str, Any]], expected: Decimal, currency: str) -> None:
    faults = [
        Fault("pointer", f"/instalments/{place}/amount", "other_currency")
        for place, item in enumerate(instalments)
        if item["amount_currency"] != currency
    ]
    if faults:
        raise Invalid(faults=faults)
    for place, item in enumerate(instalments):
        demand_minor_units(item, "amount", at=f"/instalments/{place}")
    total = sum((item["amount"] for item in instalments), NONE)
    if total != expected:
        raise PlanDiffers(total, expected, currency)
