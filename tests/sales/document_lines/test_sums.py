"""The sums of a document, without a database."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_api.catalog.products.models import Offer
from crm_api.kit.errors import Invalid
from crm_api.kit.money import digits_of, rounded
from crm_api.sales.document_lines.errors import TotalTooLarge
from crm_api.sales.document_lines.filling import stated_discount, with_terms
from crm_api.sales.document_lines.sums import Discount, Priced, Sums, TaxMode, sums_of

CURRENCIES = st.sampled_from(["JPY", "CNY", "KWD"])
PERCENT = st.decimals(0, 100, places=3)
LINE = st.builds(
    Priced,
    quantity=st.decimals(Decimal("0.000001"), 9_000, places=6),
    unit_price=st.decimals(0, 90_000, places=6),
    discount=st.builds(Discount, percent=PERCENT),
    tax_rate=PERCENT,
)


@given(
    lines=st.lists(LINE, max_size=12),
    percent=PERCENT,
    part=PERCENT,
    currency=CURRENCIES,
    mode=st.sampled_from(TaxMode),
    stated=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_lines_come_to_the_totals_exactly(
    *, lines: list[Priced], percent: Decimal, part: Decimal, currency: str, mode: TaxMode, stated: bool
) -> None:
    """Whatever is discounted in whatever currency: nothing is lost, nothing is made up, nothing is below zero."""
    before = sums_of(lines, Discount(), currency, mode)
    left = sum((line.listed - line.discount for line in before.lines), Decimal(0))
    discount = Discount(amount=rounded(left * part / 100, currency)) if stated else Discount(percent=percent)
    sums = sums_of(lines, discount, currency, mode)
    for name in ("net", "tax", "gross"):
        assert sum((getattr(line, name) for line in sums.lines), Decimal(0)) == getattr(sums, name)
    assert sums.net + sums.tax == sums.gross
    kept = sums.gross if mode == TaxMode.INCLUSIVE else sums.net
    assert kept == left - sums.discount
    for line in sums.lines:
        assert line.net + line.tax == line.gross
        assert all(amount >= 0 for amount in line)
        assert all(rounded(amount, currency) == amount for amount in line)
        base = line.gross if mode == TaxMode.INCLUSIVE else line.net
        assert base <= line.listed - line.discount


def _sums(*lines: tuple[str, str, str, str], **options: Any) -> Sums:
    priced = [
        Priced(Decimal(quantity), Decimal(price), Discount(Decimal(off)), Decimal(rate))
        for quantity, price, off, rate in lines
    ]
    return sums_of(
        priced,
        options.get("discount", Discount()),
        options.get("currency", "CNY"),
        options.get("mode", TaxMode.EXCLUSIVE),
    )


def test_what_a_document_comes_to() -> None:
    """Worked by hand: three thirds of a discount, two rates of tax."""
    sums = _sums(
        ("3", "100", "10", "13"),
        ("1", "0.335", "0", "13"),
        ("2", "50", "0", "6"),
        discount=Discount(amount=Decimal("10.00")),
    )
    assert [(str(s.listed), str(s.discount), str(s.net), str(s.tax)) for s in sums.lines] == [
        ("300.00", "30.00", "262.71", "34.15"),  # 270.00 less 7.29 of the 10.00
        ("0.34", "0.00", "0.33", "0.04"),  # 0.335 is rounded away from zero, once
        ("100.00", "0.00", "97.30", "5.84"),
    ]
    assert (sums.net, sums.tax, sums.gross) == (Decimal("360.34"), Decimal("40.03"), Decimal("400.37"))
    assert _sums(("2", "56.5", "0", "13"), mode=TaxMode.INCLUSIVE)[2:] == (100, 13, 113)
    assert _sums(("1", "0.5", "0", "10"), currency="JPY")[2:] == (1, 0, 1)
    assert _sums()[1:] == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("lines", "discount", "fault"),
    [
        (
            [Priced(Decimal(1), Decimal(5), Discount(amount=Decimal(6)))],
            Discount(),
            "/lines/0/discount_amount",
        ),
        ([Priced(Decimal(1), Decimal(5))], Discount(amount=Decimal("5.01")), "/discount_amount"),
        ([Priced(Decimal(1), Decimal(5))], Discount(amount=Decimal("0.001")), "/discount_amount"),
        ([Priced(Decimal(10**6), Decimal(10**6))], Discount(), "/lines"),
        ([Priced(Decimal(10**12 - 1), Decimal(10**12 - 1))], Discount(), "/lines"),
        ([Priced(Decimal(1), Decimal(10**12 - 1), tax_rate=Decimal(13))], Discount(), "/lines"),
    ],
)
def test_what_cannot_be_summed(lines: list[Priced], discount: Discount, fault: str) -> None:
    with pytest.raises(Invalid) as raised:
        sums_of(lines, discount, "CNY")
    assert [found.at for found in raised.value.faults] == [fault]


def test_sums_end_below_a_million_millions() -> None:
    almost = Priced(Decimal(1), Decimal(10**12) - Decimal("0.01"))
    assert sums_of([almost], Discount(), "CNY").gross == Decimal("999999999999.99")
    with pytest.raises(TotalTooLarge):
        sums_of([almost, Priced(Decimal(1), Decimal("0.01"))], Discount(), "CNY")


def test_a_discount_is_stated_once() -> None:
    assert stated_discount({}, "CNY") == {}
    ten, yuan = {"discount_percent": Decimal(10)}, {"discount_amount_currency": "CNY"}
    assert stated_discount(ten, "CNY") == {**ten, "discount_amount": 0, **yuan}
    five = {"discount_amount": Decimal(5), **yuan}
    assert stated_discount(five, "CNY") == {"discount_percent": None, "discount_amount": 5, **yuan}
    none = {"discount_percent": None, "discount_amount": 0, **yuan}
    assert stated_discount({"discount_amount": None}, "CNY") == none
    for wrong, currency, at in ((ten | five, "CNY", "percent"), (five, "USD", "amount")):
        with pytest.raises(Invalid) as raised:
            stated_discount(wrong, currency, "/lines/1")
        assert [fault.at for fault in raised.value.faults] == [f"/lines/1/discount_{at}"]


def test_a_product_lends_a_line_what_it_does_not_name() -> None:
    offers = {
        "p": Offer(Decimal("9.99"), "KWD", sellable=True, name="Valve", unit="pc", tax_rate=Decimal(13))
    }
    bare, named = (
        {"product_id": "p"},
        {"product_id": "p", "description": "Ball valve", "tax_rate": Decimal(0)},
    )
    lent = {
        "product_id": "p",
        "description": "Valve",
        "unit": "pc",
        "tax_rate": 13,
        "unit_price_currency": "KWD",
    }
    exclusive, own = with_terms([bare, named], {}, offers, TaxMode.EXCLUSIVE)
    assert exclusive == {**lent, "unit_price": Decimal("9.99")}
    assert (own["description"], own["tax_rate"], own["unit"]) == ("Ball valve", 0, "pc")
    inclusive, untaxed = with_terms([bare, named], {}, offers, TaxMode.INCLUSIVE)
    assert inclusive["unit_price"] == Decimal("11.289")  # 11.2887 in a currency of three digits
    assert untaxed["unit_price"] == Decimal("9.99")
    assert digits_of("KWD") == 3
