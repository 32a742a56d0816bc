"""What an accepted quote becomes: an order or a contract, once."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_api.kit import clock
from crm_api.kit.allowed import admit
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.references import visible_ids
from crm_api.kit.registries import RESOURCES
from crm_api.kit.states import WrongState
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.contracts.resource import contracts
from crm_api.sales.contracts.service import ContractService
from crm_api.sales.document_lines.service import Agreed
from crm_api.sales.orders.resource import orders
from crm_api.sales.orders.service import OrderService
from crm_api.sales.quotes.models import STATES, Quote, QuoteLine, QuoteStatus
from crm_api.sales.quotes.repository import QuoteRepository
from crm_api.sales.quotes.resource import CONTRACT, LINES, ORDER

# what the new document says unless the body says otherwise
_CARRIED = ("name", "customer_id", "opportunity_id", "owner_id")
_OF_ORDERS = ("contact_id", "notes")
_OF_CONTRACTS = ("terms",)
_OTHER = {"order": "contract", "contract": "order"}


class ConversionService:
    """Converts a quote once; whoever asks again is told what it has become.

    Lines, discounts, tax mode and currency go along as they were accepted, so that the sums are the same to the last
    minor unit. What is made needs the right to make it.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = QuoteRepository(uow)

    async def order(self, quote_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The quote, naming its order; of two at once the second waits, and finds it converted."""
        quote = await self._repository.load(quote_id)
        if await self._is_done(quote, "order"):
            return await self._repository.answer(quote)
        values = dict(given)
        lines = await self._repository.children(quote, LINES.name)
        agreed = Agreed(quote, lines, _promises(values, lines))
        admit(self.uow, orders.create)
        body = {**_carried(quote, _OF_ORDERS), **values}
        made = await OrderService(self.uow).place(body, quote_id=quote.id, agreed=agreed)
        admit(self.uow, ORDER)
        quote.convert("order", made["id"], clock.now())
        return await self._repository.save(quote, event="converted")

    async def contract(self, quote_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The quote, naming its contract, which is a draft; of two at once the second waits, and finds it converted."""
        quote = await self._repository.load(quote_id)
        if await self._is_done(quote, "contract"):
            return await self._repository.answer(quote)
        lines = await self._repository.children(quote, LINES.name)
        agreed = Agreed(quote, lines, [{} for _ in lines])
        admit(self.uow, contracts.create)
        body = {**_carried(quote, _OF_CONTRACTS), **given}
        made = await ContractService(self.uow).draw_up(body, quote_id=quote.id, agreed=agreed)
        admit(self.uow, CONTRACT)
        quote.convert("contract", made["id"], clock.now())
        return await self._repository.save(quote, event="converted")

    async def _is_done(self, quote: Quote, verb: str) -> bool:
        """Whether it has become what is asked for; WrongState, naming what it is if that is visible, when it cannot."""
        if quote.status != QuoteStatus.CONVERTED:
            STATES.demand(quote, verb)
            return False
        if getattr(quote, f"{verb}_id") is not None:
            return True
        field = f"{_OTHER[verb]}_id"
        seen = await visible_ids(self.uow, RESOURCES[f"{_OTHER[verb]}s"], {getattr(quote, field)})
        named = [{"id": record_id, "field": field} for record_id in seen]
        raise WrongState(status=quote.status, allowed=QuoteStatus.ACCEPTED.value, extra={"duplicates": named})


def _carried(quote: Quote, more: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(quote, name) for name in (*_CARRIED, *more)}


def _promises(values: dict[str, Any], lines: Sequence[QuoteLine]) -> list[dict[str, Any]]:
    """Take the promised days out of a body, one for each line: its own, or that of all."""
    usual, named = values.pop("promised_on", None), values.pop("promises", [])
    own, known = {item["line_id"]: item["promised_on"] for item in named}, {line.id for line in lines}
    faults = [
        Fault("pointer", f"/promises/{place}/line_id", "reference_not_found", {"resource": "quote_line"})
        for place, item in enumerate(named)
        if item["line_id"] not in known
    ]
    if faults:
        raise Invalid(faults=faults)
    return [{"promised_on": own.get(line.id, usual)} for line in lines]
