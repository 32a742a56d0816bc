"""What becomes of a quote that was sent: the customer decides, through the link or by telling us, or time does."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit import clock
from crm_api.kit.allowed import admit
from crm_api.kit.errors import NotFound
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.quotes.models import Quote, QuoteStatus
from crm_api.sales.quotes.repository import QuoteRepository
from crm_api.sales.quotes.resource import ACCEPT, LINES, REJECT, quotes

AT_ONCE = 500
_RIGHTS = {"accept": ACCEPT, "reject": REJECT}
_EVENTS = {"accept": "accepted", "reject": "rejected"}
# what a quote says to those it is meant for, and nothing else
SHOWN = (
    "number",
    "version_number",
    "name",
    "status",
    "customer_name",
    "contact_name",
    "valid_until",
    "terms",
    "currency",
    "tax_mode",
    "discount_percent",
    "discount_amount",
    "net_amount",
    "tax_amount",
    "gross_amount",
)


class DecidingService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = QuoteRepository(uow)

    async def decide(self, quote_id: str, verb: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """`accept` or `reject`, as the customer has told somebody here; after its last day neither."""
        quote = await self._repository.load(quote_id)
        quote.decide(verb, _decision(given), clock.now())
        quote.demand_valid(clock.today(self.uow.principal.time_zone))
        return await self._repository.save(quote, event=_EVENTS[verb])

    async def expire(self) -> None:
        """Sent quotes whose last day has passed are expired; one that was decided on meanwhile is left as it is."""
        today = clock.today(self.uow.principal.time_zone)
        for quote_id in await self._repository.overdue(today, AT_ONCE):
            repository = QuoteRepository(self.uow)
            quote = await repository.load(quote_id)
            if quote.status == QuoteStatus.SENT:
                quote.take("expire", clock.now())
                await repository.save(quote, event="expired")

    async def show(self, link_digest: bytes) -> dict[str, Any]:
        """What the holder of a link sees; the first look is noted. NotFound unless it can still be decided on."""
        quote = await self._linked(link_digest)
        if quote.viewed_at is None:
            quote.viewed_at = clock.now()
        return await self._shown(await self._repository.save(quote, event="viewed"))

    async def decide_by_link(self, link_digest: bytes, verb: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """`accept` or `reject`, once: whoever comes later, or too late, meets a link that leads nowhere."""
        admit(self.uow, _RIGHTS[verb])
        quote = await self._linked(link_digest)
        quote.decide(verb, {**_decision(given), "decided_from_ip": self.uow.origin.ip}, clock.now())
        return await self._shown(await self._repository.save(quote, event=_EVENTS[verb]))

    async def _linked(self, link_digest: bytes) -> Quote:
        """The quote of a link, locked; used, unknown and out of date are one NotFound."""
        if self.uow.permission is None:
            admit(self.uow, quotes.read)
        quote_id = await self._repository.by_link(link_digest)
        quote = await self._repository.load(quote_id) if quote_id else None
        if quote is None or quote.link_digest != link_digest:
            raise NotFound
        if quote.is_out_of_date(clock.today(self.uow.principal.time_zone)):
            raise NotFound
        return quote

    async def _shown(self, record: Mapping[str, Any]) -> dict[str, Any]:
        lines = [
            {name: value for name, value in line.items() if name not in ("id", "product_id")}
            for line in record[LINES.name]
        ]
        company = await self._repository.company()
        return {**{name: record[name] for name in SHOWN}, "lines": lines, "company_name": company}


def _decision(given: Mapping[str, Any]) -> dict[str, Any]:
    email = given.get("decided_by_email")
    return {**given, "decided_by_email": email["value"] if email else None}
