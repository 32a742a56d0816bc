"""The verbs of those who write quotes; what customers say to them is in `deciding`."""

from collections.abc import Mapping
from typing import Any

from crm_api.identity.credentials.opaque import SecretKind, digest, make_secret
from crm_api.kit import clock
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.owning import assign_owner, first_owner
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.document_lines.service import DocumentLines
from crm_api.sales.quotes.approving import asked
from crm_api.sales.quotes.errors import QuoteWithoutLines
from crm_api.sales.quotes.models import STATES, Quote, QuoteLine, QuoteStatus
from crm_api.sales.quotes.repository import QuoteRepository
from crm_api.sales.quotes.resource import ASSIGN, LINES, quotes
from crm_api.setup.number_series.service import NumberSeriesService
from crm_api.workflow.approvals.errors import ApprovalRequired
from crm_api.workflow.approvals.service import ApprovalService
from crm_api.workflow.approvals.submitting import submit

PUBLIC_PATH = "/api/v1/public/quotes/"
_ADDRESSEES = frozenset({"customer_id", "contact_id", "opportunity_id"})


class QuoteService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = QuoteRepository(uow)
        self._lines = DocumentLines(self._repository, LINES)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A draft with the next number, its creator's unless another owner is named."""
        values = dict(given)
        refuse_unwritable(self.uow, quotes, values)
        owner = await first_owner(self.uow, values)
        quote = Quote.new(name_sort="", status_entered_at=clock.now(), **owner)
        children = await self._lines.price(quote, values)
        quote.put(values)
        await self._address(quote)
        # last, because those who ask for numbers wait for each other
        quote.number = await NumberSeriesService(self.uow).next(quotes.name, "Q")
        return await self._repository.add(quote, children=children)

    async def update(self, quote_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears; only a draft changes. A new owner needs the right to assign."""
        values = dict(given)
        refuse_unwritable(self.uow, quotes, values)
        quote = await self._repository.load(quote_id)
        quote.take("assign" if values.keys() == {"owner_id"} else "update", clock.now())
        event = await assign_owner(self.uow, quote, values, ASSIGN)
        children = await self._lines.price(quote, values)
        quote.put(values)
        if values.keys() & _ADDRESSEES:
            await self._address(quote)
        return await self._repository.save(quote, event=event, children=children)

    async def delete(self, quote_id: str) -> None:
        """Softly: it can be restored. What was sent stays."""
        quote = await self._repository.load(quote_id)
        quote.take("delete", clock.now())
        quote.deleted_at = clock.now()
        await self._repository.save(quote, event="deleted")

    async def restore(self, quote_id: str) -> dict[str, Any]:
        """Undo a deletion, unless another quote has taken its external ids meanwhile."""
        quote = await self._repository.load(quote_id, deleted=True)
        quote.deleted_at = None
        return await self._repository.save(quote, event="restored")

    async def submit(self, quote_id: str) -> dict[str, Any]:
        """Ask for approval; approved at once when no flow asks for one and nothing is below its floor price."""
        quote = await self._repository.load(quote_id)
        STATES.demand(quote, "submit")
        lines = await self._offered(quote)
        return await submit(self._repository, STATES, quote, await asked(self.uow, quote, lines))

    async def send(self, quote_id: str, pepper: bytes) -> dict[str, Any]:
        """From now on whoever holds the link may decide; it is told here alone."""
        quote = await self._repository.load(quote_id)
        is_draft = quote.status == QuoteStatus.DRAFT
        secret = make_secret(SecretKind.QUOTE_LINK, self.uow.principal.tenant_id)
        quote.send(digest(secret, pepper), clock.now())
        lines = await self._offered(quote)
        if is_draft and await ApprovalService(self.uow).is_needed(await asked(self.uow, quote, lines)):
            raise ApprovalRequired
        answer = await self._repository.save(quote, event="sent")
        return {**answer, "secret": secret, "link": f"{PUBLIC_PATH}{secret}"}

    async def withdraw(self, quote_id: str) -> dict[str, Any]:
        """A draft again; its link works no more."""
        quote = await self._repository.load(quote_id)
        quote.take("withdraw", clock.now())
        return await self._repository.save(quote, event="withdrawn")

    async def revise(self, quote_id: str) -> dict[str, Any]:
        """The next version, a draft with the same lines; this one is superseded. Of two at once one is made."""
        quote, at = await self._repository.load(quote_id), clock.now()
        lines = await self._repository.children(quote, LINES.name)
        following = quote.successor(at, clock.today(self.uow.principal.time_zone))
        quote.take("revise", at)
        await self._repository.save(quote, event="revised")
        copied = [line.copied(QuoteLine, quote_id=following.id) for line in lines]
        following.settle(copied)
        return await QuoteRepository(self.uow).add(following, children={LINES.name: copied})

    async def _offered(self, quote: Quote) -> list[QuoteLine]:
        """The lines of a quote that others are to agree to: it has some, and there is time left."""
        quote.demand_valid(clock.today(self.uow.principal.time_zone))
        lines: list[QuoteLine] = await self._repository.children(quote, LINES.name)
        if not lines:
            raise QuoteWithoutLines
        return lines

    async def _address(self, quote: Quote) -> None:
        """Who it is for, by the name they have when it is written; contact and deal are that customer's."""
        found = await self._repository.addressees(quote)
        faults = [
            Fault("pointer", f"/{name}_id", "belongs_to_another_customer")
            for name in ("contact", "opportunity")
            if found[name] not in (None, quote.customer_id)
        ]
        if faults:
            raise Invalid(faults=faults)
        quote.apply({"customer_name": found["customer_name"] or "", "contact_name": found["contact_name"]})
