"""What a unit of a foreign currency is worth."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Recorded


class ExchangeRate(Recorded, Base):
    """One unit of `currency` is worth `rate` units of the company's, from `rate_on` until the next rate."""

    __tablename__ = "exchange_rates"
    currency: Mapped[str] = columns.line(3)
    rate_on: Mapped[date] = columns.day()
    rate: Mapped[Decimal] = columns.quantity()
    __table_args__ = (
        CheckConstraint("rate > 0", name="rate"),
        Index("exchange_rates_day_key", "tenant_id", "currency", "rate_on", unique=True),
        Index("exchange_rates_rate_on_idx", "tenant_id", "rate_on", "id"),
        Index("exchange_rates_created_at_idx", "tenant_id", "created_at", "id"),
    )


class InBase(NamedTuple):
    """An amount in the company's currency, by the rate of a day."""

    amount: Decimal
    currency: str
    rate: Decimal
    rate_on: date

    def as_columns(self) -> dict[str, Any]:
        """As a row with `Based` keeps it."""
        return {
            "base_amount": self.amount,
            "base_amount_currency": self.currency,
            "rate": self.rate,
            "rate_on": self.rate_on,
        }


class Based:
    """What an amount was worth in the company's currency on the day that counts for it; frozen from then on.

    All null when no rate was known: reports count such a row as excluded.
    """

    base_amount: Mapped[Decimal | None] = columns.money(null=True, server_owned=True, sort_order=70)
    base_amount_currency: Mapped[str | None] = columns.currency(null=True, server_owned=True, sort_order=71)
    base_amount_micro: Mapped[int] = columns.micros("base_amount")
    rate: Mapped[Decimal | None] = columns.quantity(null=True, server_owned=True, sort_order=73)
    rate_on: Mapped[date | None] = columns.day(null=True, server_owned=True, sort_order=74)


def based_rule() -> CheckConstraint:
    """What the table of such rows holds itself to: all of it is known, or nothing."""
    names = ("base_amount", "base_amount_currency", "rate", "rate_on")
    return CheckConstraint(f"num_nulls({', '.join(names)}) IN (0, {len(names)})", name="based")
