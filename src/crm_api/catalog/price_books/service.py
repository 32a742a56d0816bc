"""The verbs of price books; which price holds is in `pricing`."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_api.catalog.price_books.errors import PriceBookOverlap
from crm_api.catalog.price_books.models import PriceBook, PriceBookEntry
from crm_api.catalog.price_books.repository import PriceBookRepository
from crm_api.catalog.price_books.resource import ENTRIES, price_books
from crm_api.catalog.products.service import ProductService
from crm_api.kit import clock
from crm_api.kit.children import merged
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.repository import one_at_a_time, refuse_unwritable
from crm_api.kit.uow import UnitOfWork


class PriceBookService:
    """Raises kinds, emits facts; never queries, never commits.

    Books are written one at a time, so that no two of them come to hold beside each other together.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = PriceBookRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new book with its prices."""
        refuse_unwritable(self.uow, price_books, given)
        values = {name: value for name, value in given.items() if name != "id" or value}
        book = PriceBook.new(name_sort="", **({"id": values.pop("id")} if "id" in values else {}))
        entries = await self._put(book, values)
        await self._stand_alone(book)
        return await self._repository.add(book, children={ENTRIES.name: entries})

    async def update(self, price_book_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears; `entries` is the complete list."""
        refuse_unwritable(self.uow, price_books, given)
        await one_at_a_time(self.uow, price_books.name)
        book = await self._repository.load(price_book_id)
        entries = await self._put(book, dict(given))
        await self._stand_alone(book)
        return await self._repository.save(book, children={ENTRIES.name: entries})

    async def delete(self, price_book_id: str) -> None:
        """Softly: it can be restored."""
        book = await self._repository.load(price_book_id)
        book.deleted_at = clock.now()
        await self._repository.save(book, event="deleted")

    async def restore(self, price_book_id: str) -> dict[str, Any]:
        """Undo a deletion, unless another book has taken its place meanwhile."""
        await one_at_a_time(self.uow, price_books.name)
        book = await self._repository.load(price_book_id, deleted=True)
        book.deleted_at = None
        await self._stand_alone(book)
        return await self._repository.save(book, event="restored")

    async def _put(self, book: PriceBook, values: dict[str, Any]) -> list[PriceBookEntry]:
        """Take a body; the entries as they are then."""
        given = values.pop("entries", None)
        book.put(values)
        entries: list[PriceBookEntry] = await self._repository.children(book, ENTRIES.name)
        if given is not None:
            known = {entry.id for entry in entries}
            await self._check_products(given, known)
            entries = merged(ENTRIES, book.id, entries, given)
        book.check(entries)
        return entries

    async def _check_products(self, given: Sequence[Mapping[str, Any]], known: set[str]) -> None:
        named = [item["product_id"] for item in given if "product_id" in item]
        offers = await ProductService(self.uow).offers(named)
        faults = []
        for position, item in enumerate(given):
            at = f"/entries/{position}"
            if "product_id" in item and item["product_id"] not in offers:
                told = {"resource": "product"}
                faults.append(Fault("pointer", f"{at}/product_id", "reference_not_found", told))
            if item.get("id") not in known:
                missing = [name for name in ("product_id", "unit_price") if name not in item]
                faults += [Fault("pointer", f"{at}/{name}", "required") for name in missing]
        if faults:
            raise Invalid(faults=faults)

    async def _stand_alone(self, book: PriceBook) -> None:
        """Of the books for the same customers, currency and day, one is active."""
        await one_at_a_time(self.uow, price_books.name)
        if book.active and await self._repository.any_beside(book):
            raise PriceBookOverlap
