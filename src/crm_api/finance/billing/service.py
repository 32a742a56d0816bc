"""What may be billed of which document."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crm_api.finance.billing.errors import DocumentNotBillable, ExceedsDocument
from crm_api.finance.billing.models import Document
from crm_api.finance.billing.repository import BillingRepository
from crm_api.finance.billing.resource import DOCUMENTS
from crm_api.kit.errors import Invalid
from crm_api.kit.money import digits_of, rounded
from crm_api.kit.owning import first_owner
from crm_api.kit.uow import UnitOfWork

FIELDS = ("contract_id", "order_id")


class BillingService:
    """Whoever bills a document holds it until the commit: others wait, and then see what was billed."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = BillingRepository(uow)

    async def document(self, values: Mapping[str, Any]) -> Document | None:
        """The document that a body names, held; None when it names none.

        Invalid when it names two, or one that the caller cannot see; DocumentNotBillable when it is not in force.
        """
        named = [field for field in FIELDS if values.get(field) is not None]
        if len(named) > 1:
            raise Invalid.at("/order_id", "two_documents")
        found = await self._named(named, values, visible=True)
        if named and found is None:
            singular = DOCUMENTS[named[0]].resource.singular if named[0] in DOCUMENTS else "document"
            raise Invalid.at(f"/{named[0]}", "reference_not_found", resource=singular)
        return _in_force(found)

    async def document_of(self, row: Any) -> Document | None:
        """The document of a row, held, whoever may see it; DocumentNotBillable when it is not in force."""
        named = [field for field in FIELDS if getattr(row, field) is not None]
        return _in_force(await self._named(named, row.__dict__, visible=False))

    async def hold(self, field: str, document_id: str) -> None:
        """Hold a document, whoever may see it and whatever has become of it."""
        await self._repository.lock(field, document_id, visible=False)

    async def bearings(self, values: dict[str, Any], document: Document | None) -> dict[str, Any]:
        """Take customer, owner and document out of a create body: whose the new row is, by its document if any."""
        for field in FIELDS:
            values.pop(field, None)
        customer_id = values.pop("customer_id", None)
        if document is None:
            if customer_id is None:
                raise Invalid.at("/customer_id", "required")
            return {**await first_owner(self.uow, values), "customer_id": customer_id}
        if customer_id not in (None, document.customer_id):
            raise Invalid.at("/customer_id", "other_customer")
        by_document = {"owner_id": document.owner_id, "team_id": document.team_id}
        named = "owner_id" in values
        owner = await first_owner(self.uow, values)
        whose = {"customer_id": document.customer_id, document.field: document.id}
        return {**owner, **whose} if named else {**owner, **by_document, **whose}

    async def _named(self, named: list[str], values: Mapping[str, Any], *, visible: bool) -> Document | None:
        if not named or named[0] not in DOCUMENTS:
            return None
        return await self._repository.lock(named[0], values[named[0]], visible=visible)


def _in_force(document: Document | None) -> Document | None:
    if document is not None and document.status in DOCUMENTS[document.field].dead:
        raise DocumentNotBillable(status=document.status)
    return document


def demand_room(document: Document, currency: str, total: Decimal, asked: Decimal, pointer: str) -> None:
    """Whether a document bears `asked` more than the `total` that is billed already; Invalid when it does not."""
    if currency != document.currency:
        raise Invalid.at(pointer, "other_currency")
    if total + asked > document.gross_amount:
        raise ExceedsDocument(pointer, document.gross_amount - total, currency)


def demand_minor_units(values: Mapping[str, Any], *names: str, at: str = "") -> None:
    """Money that is owed or paid is a whole number of minor units of its currency."""
    for name in names:
        if name in values and values[name] != rounded(values[name], code := values[f"{name}_currency"]):
            raise Invalid.at(f"{at}/{name}/amount", "too_precise", limit=digits_of(code))
