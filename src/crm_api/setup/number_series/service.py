"""Numbers of documents, one after the other."""

from crm_api.kit import clock
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.number_series.repository import NumberSeriesRepository


class NumberSeriesService:
    """Numbers of a company and year without a gap: what is rolled back has taken none."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = NumberSeriesRepository(uow)

    async def next(self, series: str, prefix: str) -> str:
        """`C2026-00017`: the next of the calendar year it is now in the company's time zone.

        Those who ask for numbers of one series at once come one after the other: ask for it last.
        """
        year = clock.today(self.uow.principal.time_zone).year
        return f"{prefix}{year}-{await self._repository.take(series, year):05d}"
