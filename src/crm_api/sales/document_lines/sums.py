"""The sums of a document, exact to the last minor unit.

Rounding happens here alone, by `kit.money.rounded`, for each line, before anything is added up; whatever is added up
is not rounded again, so that the lines always come to the totals:

- a line's list amount is quantity × unit price, rounded; its discount is taken from that, rounded when it is a percent;
- the document's discount, rounded when it is a percent, is shared out among the lines by their amounts: the share of
  a line is the rounded part of all lines up to it less the rounded part of all before it;
- tax is reckoned on what is left of each line and rounded there.

Where prices include tax, what is left of a line is its gross amount, with the tax in it; else it is its net amount.
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import NamedTuple

from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.money import digits_of, rounded
from crm_api.sales.document_lines.errors import TotalTooLarge

MOST = Decimal(10) ** 12
DIGITS = 60
_NOTHING = Decimal(0)
_HUNDRED = Decimal(100)


class TaxMode(StrEnum):
    """Whether tax comes on top of the unit prices or is within them."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"


class Discount(NamedTuple):
    """What is taken off: a percent, or else an amount."""

    percent: Decimal | None = None
    amount: Decimal = _NOTHING


class Priced(NamedTuple):
    """What the sums need to know of a line; `tax_rate` is in percent."""

    quantity: Decimal
    unit_price: Decimal
    discount: Discount = Discount()
    tax_rate: Decimal = _NOTHING


class LineSums(NamedTuple):
    """What a line comes to; `net` and `gross` after its share of the document's discount."""

    listed: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal


class Sums(NamedTuple):
    """What a document comes to, and each of its lines."""

    lines: list[LineSums]
    discount: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal


def sums_of(
    lines: Sequence[Priced], discount: Discount, currency: str, mode: TaxMode = TaxMode.EXCLUSIVE
) -> Sums:
    """The sums of a document in one currency; every line and the total are below 10¹².

    Invalid when a discount is more than what it is taken from, or has more digits than the currency.
    """
    with localcontext(prec=DIGITS):
        listed = [rounded(line.quantity * line.unit_price, currency) for line in lines]
        if sum(listed) >= MOST:
            raise TotalTooLarge
        taken = [
            _taken(amount, line.discount, currency, f"/lines/{position}/discount_amount")
            for position, (amount, line) in enumerate(zip(listed, lines, strict=True))
        ]
        left = [amount - off for amount, off in zip(listed, taken, strict=True)]
        whole = _taken(sum(left, _NOTHING), discount, currency, "/discount_amount")
        shares = _shares(left, whole, currency)
        settled = [
            LineSums(amount, off, *_taxed(rest - share, line.tax_rate, currency, mode))
            for line, amount, off, rest, share in zip(lines, listed, taken, left, shares, strict=True)
        ]
        net, tax = sum((s.net for s in settled), _NOTHING), sum((s.tax for s in settled), _NOTHING)
        if net + tax >= MOST:
            raise TotalTooLarge
        return Sums(settled, whole, net, tax, net + tax)


def _taken(amount: Decimal, discount: Discount, currency: str, at: str) -> Decimal:
    """What a discount takes from an amount."""
    if discount.percent is not None:
        return rounded(amount * discount.percent / _HUNDRED, currency)
    if rounded(discount.amount, currency) != discount.amount:
        raise Invalid(faults=[Fault("pointer", at, "too_precise", {"limit": digits_of(currency)})])
    if discount.amount > amount:
        raise Invalid(faults=[Fault("pointer", at, "discount_too_large")])
    return discount.amount


def _shares(left: Sequence[Decimal], whole: Decimal, currency: str) -> list[Decimal]:
    """The document's discount in parts: none is negative or more than its line, and they come to the whole."""
    total, so_far, given = sum(left, _NOTHING), _NOTHING, _NOTHING
    shares = []
    for amount in left:
        so_far += amount
        upto = rounded(whole * so_far / total, currency) if total else _NOTHING
        shares.append(upto - given)
        given = upto
    return shares


def _taxed(rest: Decimal, rate: Decimal, currency: str, mode: TaxMode) -> tuple[Decimal, Decimal, Decimal]:
    """Net, tax and gross of what is left of a line."""
    if mode == TaxMode.INCLUSIVE:
        tax = rounded(rest * rate / (_HUNDRED + rate), currency)
        return rest - tax, tax, rest
    tax = rounded(rest * rate / _HUNDRED, currency)
    return rest, tax, rest + tax
