"""Whatever stands on a quote, it is read and printed with the sums that a plain count in whole cents comes to."""

import random
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

import orjson
import pytest
import typst

from tests.factories.companies import Company
from tests.factories.quoting import cny, open_desk

QUOTES, MOST_LINES = 20, 9


class Sums(NamedTuple):
    """In cents."""

    net: int
    tax: int
    gross: int


async def test_sums_are_those_of_a_plain_count(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, chance, printed = await open_desk(company), random.Random(27), []
    compiled = typst.compile

    def watched(*args: Any, **options: Any) -> Any:
        printed.append(orjson.loads(options["sys_inputs"]["data"]))
        return compiled(*args, **options)

    monkeypatch.setattr(typst, "compile", watched)
    for _ in range(QUOTES):
        body = _body(chance, desk.gateway["id"])
        quote = await desk.draft(**body)
        lines, left, taken, whole = counted(body)
        assert [_cents(line) for line in quote["lines"]] == lines
        assert _cents(quote) == whole == Sums(*map(sum, zip(*lines, strict=True)))
        await company.owner.http.get(f"/quotes/{quote['id']}/pdf")
        sheet = printed.pop()
        assert [_plain(line["amount"]) for line in sheet["lines"]] == left
        assert [_plain(sheet["sums"][name]) for name in Sums._fields] == list(whole)
        if taken:
            assert (_plain(sheet["sums"]["subtotal"]), _plain(sheet["sums"]["discount"])) == (
                sum(left),
                -taken,
            )
            kept = whole.gross if body["tax_mode"] == "inclusive" else whole.net
            assert sum(left) - taken == kept


def counted(body: dict[str, Any]) -> tuple[list[Sums], list[int], int, Sums]:
    """Of a body: what each line comes to, what is left of it before the whole's discount, that discount, and all."""
    left = []
    for line in body["lines"]:
        listed = _half_up(Fraction(line["quantity"]) * Fraction(line["unit_price"]["amount"]) * 100)
        left.append(listed - _off(line, listed))
    taken = _off(body, sum(left))
    lines, so_far, given = [], 0, 0
    for line, amount in zip(body["lines"], left, strict=True):
        so_far += amount
        upto = _half_up(Fraction(taken * so_far, sum(left))) if sum(left) else 0
        rest, given, rate = amount - (upto - given), upto, Fraction(line["tax_rate"])
        if body["tax_mode"] == "inclusive":
            tax = _half_up(rest * rate / (100 + rate))
            lines.append(Sums(rest - tax, tax, rest))
        else:
            tax = _half_up(rest * rate / 100)
            lines.append(Sums(rest, tax, rest + tax))
    return lines, left, taken, Sums(*map(sum, zip(*lines, strict=True)))


def _body(chance: random.Random, product: str) -> dict[str, Any]:
    lines = []
    for _ in range(chance.randint(1, MOST_LINES)):
        quantity = f"{Decimal(chance.randint(1, 999_999)) / 10 ** chance.randint(0, 4):f}"
        price = f"{Decimal(chance.randint(0, 999_999)) / 10 ** chance.randint(0, 5):f}"
        listed = _half_up(Fraction(quantity) * Fraction(price) * 100)
        stated = {"tax_rate": chance.choice(["0", "3", "6", "13", "17.5"]), **_discount(chance, listed)}
        lines.append({"product_id": product, "quantity": quantity, "unit_price": cny(price), **stated})
    left = counted({"lines": lines, "tax_mode": "exclusive"})[1]
    mode = chance.choice(["exclusive", "inclusive"])
    return {"lines": lines, "tax_mode": mode, **_discount(chance, sum(left))}


def _discount(chance: random.Random, cents: int) -> dict[str, Any]:
    match chance.randrange(3):
        case 0:
            return {"discount_percent": f"{Decimal(chance.randint(0, 100_000)) / 1000:f}"}
        case 1:
            return {"discount_amount": cny(f"{Decimal(chance.randint(0, cents)) / 100:.2f}")}
        case _:
            return {}


def _off(stated: dict[str, Any], cents: int) -> int:
    if "discount_percent" in stated:
        return _half_up(cents * Fraction(stated["discount_percent"]) / 100)
    return _plain(stated["discount_amount"]["amount"]) if "discount_amount" in stated else 0


def _half_up(cents: Fraction) -> int:
    return floor(cents + Fraction(1, 2))


def _cents(shown: dict[str, Any]) -> Sums:
    return Sums(*(_plain(shown[f"{name}_amount"]["amount"]) for name in Sums._fields))


def _plain(text: str) -> int:
    return int(Decimal(text.replace(",", "")) * 100)


async def test_a_discount_does_not_change_its_currency_with_the_document(company: Company) -> None:
    desk = await open_desk(company)
    dollars = {"amount": "50", "currency": "USD"}
    line = {"product_id": desk.cable["id"], "quantity": "10", "unit_price": cny("50")}
    whole = await desk.draft(lines=[line], discount_amount=cny("100"))
    part = await desk.draft(lines=[{**line, "discount_amount": cny("10")}])
    before = await desk.company.digest("quotes", "quote_lines", "events")
    for quote, at in ((whole, "/discount_amount"), (part, "/lines/0/discount_amount")):
        lines = [{"id": quote["lines"][0]["id"], "unit_price": dollars}]
        answer = await desk.change(quote, currency="USD", lines=lines)
        assert answer.status_code == 422, answer.text
        assert [(f["pointer"], f["code"]) for f in answer.json()["errors"]] == [(at, "currency_mismatch")]
    assert await desk.company.digest("quotes", "quote_lines", "events") == before
    # stated anew, or in percent, it goes along
    lines = [
        {"id": part["lines"][0]["id"], "unit_price": dollars, "discount_amount": {**dollars, "amount": "10"}}
    ]
    now = (await desk.change(part, currency="USD", lines=lines)).json()
    assert now["net_amount"] == {"amount": "490.00", "currency": "USD"}
    lines = [{"id": whole["lines"][0]["id"], "unit_price": dollars}]
    now = (await desk.change(whole, currency="USD", lines=lines, discount_percent="10")).json()
    assert now["net_amount"] == {"amount": "450.00", "currency": "USD"}
