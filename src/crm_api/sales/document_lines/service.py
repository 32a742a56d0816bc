"""Writing the lines of a document, and with them its sums."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from crm_api.catalog.price_books.pricing import PricingService, Wanted
from crm_api.catalog.products.service import ProductService
from crm_api.kit.children import merged
from crm_api.kit.repository import Repository
from crm_api.kit.resource import Children
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.document_lines.filling import products_of, stated_discount, with_terms
from crm_api.sales.document_lines.models import DocumentLine, PricedDocument
from crm_api.sales.document_lines.sums import TaxMode

_DISCOUNT = ("discount_percent", "discount_amount", "discount_amount_currency")
_SUMS = frozenset({"lines", "currency", "tax_mode", *_DISCOUNT})


class Agreed(NamedTuple):
    """A document whose terms and lines another one takes as they are; `more` is what each line gets besides."""

    document: PricedDocument
    lines: Sequence[DocumentLine]
    more: Sequence[Mapping[str, Any]]


class DocumentLines:
    """The lines of one kind of document; the document has `PricedDocument` and a customer, the lines `DocumentLine`."""

    def __init__(self, repository: Repository[Any], child: Children) -> None:
        self.uow: UnitOfWork = repository.uow
        self._repository = repository
        self._child = child

    async def price(self, document: Any, values: dict[str, Any]) -> dict[str, Sequence[Any]]:
        """Take lines, currency, tax mode and discount out of a body; the children to save with the document.

        A new document without a currency takes that of its first priced line, else the company's. Every sum follows.
        """
        if document._loaded is not None and not values.keys() & _SUMS:
            return {}
        lines: Sequence[Any] = await self._repository.children(document, self._child.name)
        given = values.pop("lines", None)
        currency = values.pop("currency", document.currency) or _first_currency(given or ())
        document.currency = currency or self.uow.principal.currency
        document.tax_mode = values.pop("tax_mode", document.tax_mode)
        discount = {name: values.pop(name) for name in _DISCOUNT if name in values}
        document.apply(stated_discount(discount, document.currency))
        if given is not None:
            customer_id = values.get("customer_id") or document.customer_id
            lines = await self._lines(document, lines, given, customer_id)
        document.settle(lines)
        return {self._child.name: lines}

    def carry(self, document: Any, agreed: Agreed) -> dict[str, Sequence[Any]]:
        """What was agreed on before, whatever has become of the products since; it comes to the same sums."""
        document.agree(agreed.document)
        lines = [
            line.copied(self._child.model, **{self._child.parent: document.id}, **more)
            for line, more in zip(agreed.lines, agreed.more, strict=True)
        ]
        document.settle(lines)
        return {self._child.name: lines}

    async def _lines(
        self,
        document: Any,
        before: Sequence[Any],
        given: Sequence[Mapping[str, Any]],
        customer_id: str | None,
    ) -> list[Any]:
        known = {line.id: line for line in before}
        offers = await ProductService(self.uow).offers(products_of(given, known).values())
        booked = await self._booked(given, known, document.currency, customer_id)
        filled = with_terms(given, known, offers, TaxMode(document.tax_mode), booked)
        stated = [
            {**line, **stated_discount(line, document.currency, f"/lines/{position}")}
            for position, line in enumerate(filled)
        ]
        return merged(self._child, document.id, before, stated)

    async def _booked(
        self,
        given: Sequence[Mapping[str, Any]],
        known: Mapping[str, Any],
        currency: str,
        customer_id: str | None,
    ) -> dict[int, dict[str, Any]]:
        """What the price books say of new lines that name no price."""
        bare = {
            position: Wanted(item["product_id"], item.get("quantity", Decimal(1)))
            for position, item in enumerate(given)
            if "product_id" in item and "unit_price" not in item and item.get("id") not in known
        }
        prices = await PricingService(self.uow).booked(list(bare.values()), currency, customer_id)
        return {
            position: {"unit_price": price, "unit_price_currency": currency}
            for position, price in zip(bare, prices, strict=True)
            if price is not None
        }


def _first_currency(given: Sequence[Mapping[str, Any]]) -> str | None:
    return next((item["unit_price_currency"] for item in given if "unit_price_currency" in item), None)
