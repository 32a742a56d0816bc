"""What was promised for the lines of an order, and what the customer has to be told when it is put off."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit import clock
from crm_api.kit.errors import Invalid
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.orders.models import STATES, DelayNotice
from crm_api.sales.orders.repository import OrderRepository
from crm_api.sales.orders.resource import LINES
from crm_api.setup.dictionaries.service import DictionaryService
from crm_api.setup.dictionary_types.models import DELAY_REASON


class PromiseService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = OrderRepository(uow)

    async def postpone(self, order_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Later days for some lines: one notice for all that were put off, none for what is repeated.

        A line without a promise gets its first one: that is no delay.
        """
        order = await self._repository.load(order_id)
        at = clock.now()
        STATES.take(order, "postpone", at)
        await DictionaryService(self.uow).check(DELAY_REASON, given["reason"], "/reason")
        lines = await self._repository.children(order, LINES.name)
        known = {line.id: line for line in lines}
        late = []
        for place, item in enumerate(given["lines"]):
            line = known.get(item["line_id"])
            if line is None:
                raise Invalid.at(f"/lines/{place}/line_id", "reference_not_found", resource="order_line")
            earlier, later = line.promised_on, item["promised_on"]
            if earlier is None:
                line.first_promised_on = later
            elif later < earlier:
                raise Invalid.at(f"/lines/{place}/promised_on", "promised_earlier", promised=str(earlier))
            elif later > earlier:
                late.append({"line_id": line.id, "earlier": str(earlier), "later": str(later)})
            line.promised_on = later
        if late:
            told = {"reason": given["reason"], "note": given.get("note"), "lines": late}
            by = self.uow.principal.id
            self._repository.log(DelayNotice.new(order_id=order.id, noticed_at=at, noticed_by=by, **told))
        event = "delayed" if late else "promised"
        return await self._repository.save(order, event=event, children={LINES.name: lines})
