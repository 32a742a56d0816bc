"""The SQL of exchange rates."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Select, Text, literal, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.exchange_rates.models import ExchangeRate
from crm_api.setup.exchange_rates.resource import exchange_rates


class ExchangeRateRepository(Repository[ExchangeRate]):
    """The rates of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, exchange_rates)

    async def latest(self, currency: str, on: date) -> tuple[Decimal, date] | None:
        """The last rate on or before a day."""
        rows = await self.uow.fetch("latest rate", _latest, {"currency": currency, "on": on})
        return (rows[0][0], rows[0][1]) if rows else None


def _latest() -> Select[Any]:
    rates = scoped(ExchangeRate, "r")
    return (
        select(rates.c.rate, rates.c.rate_on)
        .where(
            rates.c.currency == bindparam("currency", type_=Text),
            rates.c.rate_on <= bindparam("on", type_=Date),
        )
        .order_by(rates.c.rate_on.desc())
        .limit(literal(1))
    )
