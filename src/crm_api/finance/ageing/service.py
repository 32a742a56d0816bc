"""The verb of the ageing report."""

from datetime import date
from typing import Any

from crm_api.finance.ageing.buckets import only_currency, report
from crm_api.finance.ageing.repository import AgeingRepository
from crm_api.finance.receivables.resource import receivables
from crm_api.kit import clock
from crm_api.kit.errors import Forbidden, bad_parameter
from crm_api.kit.uow import UnitOfWork

# what the report reads of each receivable
_READ = frozenset({"customer_id", "amount", "paid_amount", "due_on", "status"})


class AgeingService:
    """Who owes how much, since when."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def report(self, as_of: date | None, currency: str | None) -> dict[str, Any]:
        """What was owed at the end of a day, of the receivables that the caller could also read one by one."""
        principal = self.uow.principal
        if _READ & principal.unreadable(receivables.name):
            raise Forbidden
        today = clock.today(principal.time_zone)
        if as_of is not None and as_of > today:
            raise bad_parameter("as_of", "out_of_range", expected="≤ today")
        sums = await AgeingRepository(self.uow).sums(as_of or today)
        shown = currency or only_currency(sums) or principal.currency
        return {**report(sums, shown), "as_of": as_of or today, "currency": shown}
