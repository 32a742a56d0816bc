"""What a body leaves out of its lines comes from their products."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from crm_api.catalog.products.models import Offer
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.money import rounded
from crm_api.sales.document_lines.sums import TaxMode


def products_of(given: Sequence[Mapping[str, Any]], known: Mapping[str, Any]) -> dict[int, str]:
    """Position → product, of the lines that are new or change their product."""
    found = {}
    for position, item in enumerate(given):
        line = known.get(item.get("id") or "")
        product_id = item.get("product_id")
        if product_id is not None and (line is None or line.product_id != product_id):
            found[position] = product_id
    return found


def with_offers(
    given: Sequence[Mapping[str, Any]],
    known: Mapping[str, Any],
    offers: Mapping[str, Offer],
    *,
    history: bool,
) -> list[dict[str, Any]]:
    """Lines with the list price where a new one names none.

    Invalid when a product is unknown or retired (`history` may still name retired ones), or when a new line
    has no product or no price.
    """
    faults: list[Fault] = []
    filled = []
    products = products_of(given, known)
    for position, item in enumerate(given):
        line = dict(item)
        at = f"/lines/{position}"
        offer = offers.get(products.get(position, ""))
        if position in products and offer is None:
            faults.append(
                Fault("pointer", f"{at}/product_id", "reference_not_found", {"resource": "product"})
            )
        elif offer is not None and not (offer.sellable or history):
            faults.append(Fault("pointer", f"{at}/product_id", "product_retired"))
        elif item.get("id") not in known:
            faults += _complete(line, offer, at)
        filled.append(line)
    if faults:
        raise Invalid(faults=faults)
    return filled


def _complete(line: dict[str, Any], offer: Offer | None, at: str) -> list[Fault]:
    if offer is None:
        return [Fault("pointer", f"{at}/product_id", "required")]
    if "unit_price" not in line:
        if offer.list_price is None:
            return [Fault("pointer", f"{at}/unit_price", "required")]
        line |= {"unit_price": offer.list_price, "unit_price_currency": offer.currency}
    return []


def with_terms(
    given: Sequence[Mapping[str, Any]],
    known: Mapping[str, Any],
    offers: Mapping[str, Offer],
    mode: TaxMode,
    booked: Mapping[int, Mapping[str, Any]] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    """Lines of a document: besides its price, a product lends a line its name, its unit and its rate of tax.

    `booked` are prices, by position, that go before list prices. Both are without tax; where prices include it, a line
    that names none has it raised by its rate.
    """
    priced = [{**booked.get(position, {}), **item} for position, item in enumerate(given)]
    lines = with_offers(priced, known, offers, history=False)
    for position, product_id in products_of(given, known).items():
        offer = offers[product_id]
        terms = {"description": offer.name, "unit": offer.unit, "tax_rate": offer.tax_rate or Decimal(0)}
        line = lines[position] = {**terms, **lines[position]}
        if mode == TaxMode.INCLUSIVE and "unit_price" in line and "unit_price" not in given[position]:
            taxed = line["unit_price"] * (100 + line["tax_rate"]) / 100
            line["unit_price"] = rounded(taxed, line["unit_price_currency"])
    return lines


def stated_discount(given: Mapping[str, Any], currency: str, at: str = "") -> dict[str, Any]:
    """What a body says of a discount, as columns: a percent, or else an amount; null is none.

    Invalid when it states both, or an amount in another currency.
    """
    percent, amount = given.get("discount_percent"), given.get("discount_amount")
    if not given.keys() & {"discount_percent", "discount_amount"}:
        return {}
    if percent is not None and amount is not None:
        raise Invalid.at(f"{at}/discount_percent", "discount_stated_twice")
    if amount is not None and given["discount_amount_currency"] != currency:
        raise Invalid.at(f"{at}/discount_amount", "currency_mismatch")
    return {
        "discount_percent": percent,
        "discount_amount": amount or Decimal(0),
        "discount_amount_currency": currency,
    }
