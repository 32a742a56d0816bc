"""What may be billed of which document."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from crm_api.finance.billing.errors import (
    AmendmentBelowBilled,
    DocumentNotBillable,
    ExceedsContract,
    ExceedsDocument,
)
from crm_api.finance.billing.models import Document, Named
from crm_api.finance.billing.repository import BillingRepository
from crm_api.finance.billing.resource import DOCUMENTS
from crm_api.kit.errors import Invalid
from crm_api.kit.money import amount_text, digits_of, rounded
from crm_api.kit.owning import first_owner
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.contracts.models import ContractStatus

FIELDS = tuple(DOCUMENTS)
# what is billed of a document already, by the field that names it and its id
type_total = Callable[[str, str], Awaitable[Decimal]]


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
        if not named:
            return None
        if len(named) > 1:
            raise Invalid.at("/order_id", "two_documents")
        found = await self._lock(named[0], values[named[0]], visible=True)
        if found is None:
            resource = DOCUMENTS[named[0]].resource.singular
            raise Invalid.at(f"/{named[0]}", "reference_not_found", resource=resource)
        return _in_force(found)

    async def document_of(self, row: Any) -> Document | None:
        """The document of a row, held, whoever may see it; DocumentNotBillable when it is not in force.

        What bills a revision that was superseded bills the one that is in force now.
        """
        named = [field for field in FIELDS if getattr(row, field) is not None]
        found = await self.hold(named[0], getattr(row, named[0])) if named else None
        return found and _in_force(found)

    async def hold(self, field: str, document_id: str) -> Document | None:
        """Hold a document, whoever may see it and whatever has become of it; a contract in its present revision.

        Of a contract each revision from the named one on is held, so that all who bill it meet at the last.
        Contracts are held before their orders and both before what bills them: nobody waits in a circle.
        """
        found = await self._lock(field, document_id)
        while found is not None and found.status == ContractStatus.SUPERSEDED:
            found = await self._repository.lock(field, await self._repository.successor(found.id))
        return found

    async def hold_contract(self, field: str, document_id: str) -> Document | None:
        """Hold the contract that a document carries out, if it does; the document itself comes after it."""
        if not DOCUMENTS[field].of_contract:
            return None
        contract_id = await self._repository.contract_of(document_id)
        return await self.hold("contract_id", contract_id) if contract_id else None

    async def hold_all(self, named: Iterable[Named]) -> dict[str, Document]:
        """Hold the documents that several rows bill, in the order of their ids: the orders among them, by id."""
        listed = list(named)
        contracts = sorted({each.contract_id for each in listed if each.contract_id is not None})
        held: dict[str | None, Document | None]
        held = {contract_id: await self.hold("contract_id", contract_id) for contract_id in contracts}
        of = {each.order_id: held.get(each.contract_id) for each in listed if each.order_id is not None}
        found = [await self._repository.lock("order_id", order_id, of[order_id]) for order_id in sorted(of)]
        return {document.id: document for document in found if document is not None}

    async def _lock(self, field: str, document_id: str, *, visible: bool = False) -> Document | None:
        found = await self._repository.lock(field, document_id, visible=visible)
        if found is None and (contract := await self.hold_contract(field, document_id)):
            return await self._repository.lock(field, document_id, contract, visible=visible)
        return found

    async def demand_room(
        self, document: Document, currency: str, asked: Decimal, pointer: str, total: type_total
    ) -> None:
        """Whether a document bears `asked` more than the total that is billed already, and so does its contract.

        Invalid when it does not. A contract of no amount, as a frame for orders is, bounds none of them.
        """
        _demand_room(document, currency, await total(document.field, document.id), asked, pointer)
        if document.contract is not None:
            await self.demand_room_within(document.contract, currency, asked, pointer, total)

    async def demand_room_within(
        self, contract: Document, currency: str, asked: Decimal, pointer: str, total: type_total
    ) -> None:
        """Whether a contract bears an order, or what bills one, besides the total that it bears already."""
        if contract.amount:
            borne = await total(contract.field, contract.id)
            _demand_room(contract, currency, borne, asked, pointer, ExceedsContract)

    async def demand_amended(self, amendment: Any, total: type_total) -> None:
        """What is billed by a contract stands: AmendmentBelowBilled for an amendment that does not bear it.

        The revision that is in force is held, so that whoever bills it meanwhile is counted, or meets the amendment.
        """
        document = await self.hold("contract_id", amendment.amends_id)
        assert document is not None, "what is amended exists"
        billed = await total(document.field, document.id)
        same = (amendment.currency, amendment.customer_id) == (document.currency, document.customer_id)
        if billed and not (same and amendment.amount >= min(billed, document.amount)):
            told = amount_text(billed, document.currency)
            raise AmendmentBelowBilled(billed=told, currency=document.currency)

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


def _in_force(document: Document) -> Document:
    if document.status in DOCUMENTS[document.field].dead:
        raise DocumentNotBillable(status=document.status)
    return document


def _demand_room(
    document: Document,
    currency: str,
    total: Decimal,
    asked: Decimal,
    pointer: str,
    refusal: type[ExceedsDocument] = ExceedsDocument,
) -> None:
    if currency != document.currency:
        raise Invalid.at(pointer, "other_currency")
    if total + asked > document.amount:
        raise refusal(pointer, document.amount - total, currency)


def demand_minor_units(values: Mapping[str, Any], *names: str, at: str = "") -> None:
    """Money that is owed or paid is a whole number of minor units of its currency."""
    for name in names:
        if name in values and values[name] != rounded(values[name], code := values[f"{name}_currency"]):
            raise Invalid.at(f"{at}/{name}/amount", "too_precise", limit=digits_of(code))
