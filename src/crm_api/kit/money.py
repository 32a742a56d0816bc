"""Money: an exact amount and an ISO 4217 currency, shown with the currency's own number of minor digits."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision, list_currencies

MICRO = 1_000_000
_KNOWN = frozenset(code for code in list_currencies(locale="en") if len(code) == 3)


@lru_cache(maxsize=512)
def digits_of(currency: str) -> int:
    """Minor digits of a currency; ValueError for a code that ISO 4217 does not know."""
    if currency not in _KNOWN:
        raise ValueError(currency)
    return int(get_currency_precision(currency))


@lru_cache(maxsize=1)
def codes_by_digits() -> dict[int, list[str]]:
    """Every known currency, by its number of minor digits."""
    found: dict[int, list[str]] = {}
    for code in sorted(_KNOWN):
        found.setdefault(digits_of(code), []).append(code)
    return found


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount in minor units of its currency, halves away from zero: the one rounding of this API."""
    return amount.quantize(Decimal(1).scaleb(-digits_of(currency)), rounding=ROUND_HALF_UP)


def amount_text(amount: Decimal | str, currency: str) -> str:
    """At least the currency's minor digits, more only where they are not zero (unit prices)."""
    text = amount if isinstance(amount, str) else format(amount, "f")
    whole, _, fraction = text.partition(".")
    digits = digits_of(currency)
    fraction = fraction.rstrip("0").ljust(digits, "0")
    return f"{whole}.{fraction}" if fraction else whole


def as_json(amount: Decimal | str, currency: str) -> dict[str, str]:
    """`{"amount": "199.90", "currency": "CNY"}`."""
    return {"amount": amount_text(amount, currency), "currency": currency}


def money_json(amount: Decimal | str | None, code: str | None) -> dict[str, str] | None:
    """Money as the contract shows it."""
    return None if amount is None or code is None else as_json(amount, code)
