"""What the lines of a body become: defaults from the products, one currency."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from crm_api.kit.errors import Fault, Invalid
from crm_api.sales.opportunities.models import OpportunityLine


class Offer(NamedTuple):
    """What a line needs to know of a product."""

    list_price: Decimal | None
    currency: str | None
    sellable: bool


def products_of(given: Sequence[Mapping[str, Any]], known: Mapping[str, OpportunityLine]) -> dict[int, str]:
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
    known: Mapping[str, OpportunityLine],
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


def check_currencies(lines: Sequence[OpportunityLine], currency: str | None) -> None:
    """Lines and amount are in one currency; Invalid otherwise."""
    faults = [
        Fault("pointer", f"/lines/{position}/unit_price", "currency_mismatch")
        for position, line in enumerate(lines)
        if line.unit_price_currency != lines[0].unit_price_currency
    ]
    if not faults and lines and currency != lines[0].unit_price_currency:
        faults = [Fault("pointer", "/amount", "currency_mismatch")]
    if faults:
        raise Invalid(faults=faults)
