"""The verbs of exchange rates, and what others ask of them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crm_api.kit.money import rounded
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.exchange_rates.errors import OwnCurrency
from crm_api.setup.exchange_rates.models import ExchangeRate, InBase
from crm_api.setup.exchange_rates.repository import ExchangeRateRepository
from crm_api.setup.exchange_rates.resource import exchange_rates


class ExchangeRateService:
    """Raises kinds, emits facts; never queries, never commits. What was frozen with a rate stays as it is."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ExchangeRateRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new rate; a currency has one for each day."""
        refuse_unwritable(self.uow, exchange_rates, given)
        self._check(given)
        return await self._repository.add(
            ExchangeRate.new(**{name: value for name, value in given.items() if name != "id" or value})
        )

    async def update(self, exchange_rate_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps."""
        refuse_unwritable(self.uow, exchange_rates, given)
        self._check(given)
        found = await self._repository.load(exchange_rate_id)
        found.apply(given)
        return await self._repository.save(found)

    async def delete(self, exchange_rate_id: str) -> None:
        """For good."""
        await self._repository.remove(await self._repository.load(exchange_rate_id))

    async def in_base(self, amount: Decimal, currency: str, on: date) -> InBase | None:
        """What an amount is worth in the company's currency, by the last rate on or before a day; else None."""
        own, known = self.uow.principal.currency, await self.rate(currency, on)
        return known and InBase(rounded(amount * known[0], own), own, *known)

    async def converted(self, amount: Decimal, currency: str, to: str, on: date) -> Decimal | None:
        """What an amount is worth in another currency, unrounded, by the last rates on or before a day; else None."""
        if currency == to:
            return amount
        given, wanted = await self.rate(currency, on), await self.rate(to, on)
        return amount * given[0] / wanted[0] if given and wanted else None

    async def rate(self, currency: str, on: date) -> tuple[Decimal, date] | None:
        """What a unit is worth in the company's currency on a day, and since when; None when that is not known."""
        if currency == self.uow.principal.currency:
            return Decimal(1), on
        return await self._repository.latest(currency, on)

    async def as_columns(self, amount: Decimal, currency: str, on: date) -> dict[str, Any]:
        """The same for a row with `Based`; nothing when no rate is known."""
        known = await self.in_base(amount, currency, on)
        return known.as_columns() if known else {}

    def _check(self, given: Mapping[str, Any]) -> None:
        if given.get("currency") == self.uow.principal.currency:
            raise OwnCurrency
