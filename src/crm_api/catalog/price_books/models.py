"""A book of prices, and the prices in it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Deletable, Linked, Recorded, Tenanted
from crm_api.kit.errors import Fault, Invalid
from crm_api.text import sort_key

# condition → the field of a customer that it is about; in the order of their weight
CONDITIONS: Final = {"customer_level": "level", "customer_category": "category", "customer_region": "region"}


class PriceSource(StrEnum):
    """What decided a price."""

    PRICE_BOOK = "price_book"
    LIST_PRICE = "list_price"
    NONE = "none"


class PriceReason(StrEnum):
    """Why it was that."""

    BOOK_APPLIES = "book_applies"
    NO_BOOK_APPLIES = "no_book_applies"
    PRODUCT_RETIRED = "product_retired"
    NO_PRICE = "no_price"
    NO_PRICE_IN_CURRENCY = "no_price_in_currency"


class PriceBook(Linked, Deletable, Recorded, Base):
    """It holds for customers who meet every condition that is set; one without conditions holds for everybody.

    It holds from `valid_from` to `valid_until`, both included; without them it has no beginning or end.
    """

    __tablename__ = "price_books"
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    currency: Mapped[str] = columns.line(3)
    active: Mapped[bool] = columns.flag(default=True)
    valid_from: Mapped[date | None] = columns.day(null=True)
    valid_until: Mapped[date | None] = columns.day(null=True)
    customer_level: Mapped[str | None] = columns.dictionary_code("customer_level", null=True)
    customer_category: Mapped[str | None] = columns.dictionary_code("customer_category", null=True)
    customer_region: Mapped[str | None] = columns.dictionary_code("region", 200, null=True)
    __table_args__ = (
        CheckConstraint("valid_from <= valid_until", name="valid_until"),
        *(
            Index(f"price_books_all_{sort}_idx", "tenant_id", sort, "id", postgresql_where=LIVE)
            for sort in ("created_at", "name_sort")
        ),
    )

    def put(self, values: Mapping[str, Any]) -> None:
        """Set columns; what the name is sorted by follows. Invalid when it ends before it begins."""
        self.apply({**values, **({"name_sort": sort_key(values["name"])} if "name" in values else {})})
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise Invalid.at("/valid_until", "ends_before_it_begins")

    def check(self, entries: Sequence["PriceBookEntry"]) -> None:
        """Every price in the book's currency, one for each product and quantity; Invalid otherwise."""
        faults, taken = [], set()
        for position, entry in enumerate(entries):
            if entry.unit_price_currency != self.currency:
                told = {"currency": self.currency}
                faults.append(
                    Fault("pointer", f"/entries/{position}/unit_price", "not_the_books_currency", told)
                )
            if (entry.product_id, entry.min_quantity) in taken:
                faults.append(Fault("pointer", f"/entries/{position}/min_quantity", "price_taken"))
            taken.add((entry.product_id, entry.min_quantity))
        if faults:
            raise Invalid(faults=faults)


class PriceBookEntry(Tenanted, Base):
    """What one unit costs, without tax, for those who take at least `min_quantity`."""

    __tablename__ = "price_book_entries"
    price_book_id: Mapped[str] = columns.reference("price_books")
    product_id: Mapped[str] = columns.reference("products")
    min_quantity: Mapped[Decimal] = columns.quantity(default=Decimal(0))
    unit_price: Mapped[Decimal] = columns.money()
    unit_price_currency: Mapped[str] = columns.currency()
    position: Mapped[int] = columns.integer(default=0)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "price_book_id"], ["price_books.tenant_id", "price_books.id"]),
        ForeignKeyConstraint(["tenant_id", "product_id"], ["products.tenant_id", "products.id"]),
        CheckConstraint("min_quantity >= 0", name="min_quantity"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
        Index("price_book_entries_price_book_id_idx", "tenant_id", "price_book_id", "position"),
        Index("price_book_entries_product_id_idx", "tenant_id", "product_id"),
    )
