"""Which price holds, and why."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crm_api.catalog.price_books.models import CONDITIONS, PriceReason, PriceSource
from crm_api.catalog.price_books.repository import PriceBookRepository
from crm_api.catalog.products.models import Offer
from crm_api.catalog.products.service import ProductService
from crm_api.kit import clock
from crm_api.kit.errors import Fault, Invalid, NotFound
from crm_api.kit.money import money_json
from crm_api.kit.reading import get
from crm_api.kit.registries import RESOURCES
from crm_api.kit.uow import UnitOfWork


class Wanted(NamedTuple):
    """So much of a product."""

    product_id: str
    quantity: Decimal


class PricingService:
    """Answers what products cost a customer on a day.

    A book applies when it is active, in the currency asked for, the day lies in its time and the customer meets every
    condition it sets; an entry of it applies when the quantity reaches its minimum. Of the entries that apply, that of
    the book with most conditions wins; of as many, level weighs more than category and category more than region; then
    the book that began last; then the highest minimum quantity. Without any, it is the product's list price, if that
    is in the currency. A product that is retired has no price.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = PriceBookRepository(uow)

    async def resolve(
        self, wanted: Sequence[Wanted], currency: str, on: date | None, customer_id: str | None
    ) -> dict[str, Any]:
        """The price of each line and the rule that won; Invalid for a product or customer that is not visible."""
        day = on or clock.today(self.uow.principal.time_zone)
        facts = await self._facts(customer_id)
        offers = await ProductService(self.uow).offers(line.product_id for line in wanted)
        faults = [
            Fault("pointer", f"/lines/{position}/product_id", "reference_not_found", {"resource": "product"})
            for position, line in enumerate(wanted)
            if line.product_id not in offers
        ]
        if faults:
            raise Invalid(faults=faults)
        prices = await self._repository.prices(offers, currency, day, facts)
        return {
            "currency": currency,
            "on": day,
            "lines": [_priced(line, offers[line.product_id], prices, currency) for line in wanted],
        }

    async def booked(
        self, wanted: Sequence[Wanted], currency: str, customer_id: str | None
    ) -> list[Decimal | None]:
        """What the books say today of each line; None where no book applies."""
        if not wanted:
            return []
        day, facts = clock.today(self.uow.principal.time_zone), await self._facts(customer_id)
        prices = await self._repository.prices((line.product_id for line in wanted), currency, day, facts)
        best = [_best(line, prices) for line in wanted]
        return [found and found["unit_price"] for found in best]

    async def _facts(self, customer_id: str | None) -> dict[str, str | None]:
        """What conditions ask about; nothing is known of nobody."""
        if customer_id is None:
            return dict.fromkeys(CONDITIONS)
        try:
            customer = await get(self.uow, RESOURCES["customers"], customer_id)
        except NotFound as unknown:
            raise Invalid.at("/customer_id", "reference_not_found", resource="customer") from unknown
        return {condition: customer[field] for condition, field in CONDITIONS.items()}


def _priced(line: Wanted, offer: Offer, prices: Iterable[Any], currency: str) -> dict[str, Any]:
    if not offer.sellable:
        return _told(line, PriceSource.NONE, PriceReason.PRODUCT_RETIRED)
    best = _best(line, prices)
    if best is not None:
        price = money_json(best["unit_price"], currency)
        return _told(line, PriceSource.PRICE_BOOK, PriceReason.BOOK_APPLIES, price, best)
    if offer.list_price is None:
        return _told(line, PriceSource.NONE, PriceReason.NO_PRICE)
    if offer.currency != currency:
        return _told(line, PriceSource.NONE, PriceReason.NO_PRICE_IN_CURRENCY)
    price = money_json(offer.list_price, currency)
    return _told(line, PriceSource.LIST_PRICE, PriceReason.NO_BOOK_APPLIES, price)


def _best(line: Wanted, prices: Iterable[Any]) -> Any:
    """The price that wins, None where none applies."""
    applying = [
        price
        for price in prices
        if price["product_id"] == line.product_id and price["min_quantity"] <= line.quantity
    ]
    return max(applying, key=_weight, default=None)


def _weight(price: Any) -> tuple[Any, ...]:
    """What of two prices wins: the greater."""
    conditions = _conditions(price)
    return (
        len(conditions),
        *(name in conditions for name in CONDITIONS),
        price["valid_from"] or date.min,
        price["min_quantity"],
        price["entry_id"],
    )


def _conditions(price: Any) -> list[str]:
    return [name for name in CONDITIONS if price[name] is not None]


def _told(
    line: Wanted,
    source: PriceSource,
    reason: PriceReason,
    price: Mapping[str, str] | None = None,
    rule: Any = None,
) -> dict[str, Any]:
    return {
        "product_id": line.product_id,
        "quantity": f"{line.quantity:f}",
        "unit_price": price,
        "source": source,
        "reason": reason,
        "price_book_id": rule and rule["price_book_id"],
        "price_book_name": rule and rule["name"],
        "entry_id": rule and rule["entry_id"],
        "min_quantity": f"{rule['min_quantity'].normalize():f}" if rule else None,
        "conditions": _conditions(rule) if rule else [],
    }
