"""The SQL that price books have of their own."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Date, Select, Text, Uuid, func, literal, or_, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.catalog.price_books.models import CONDITIONS, PriceBook, PriceBookEntry
from crm_api.catalog.price_books.resource import price_books
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork


class PriceBookRepository(Repository[PriceBook]):
    """Price books of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, price_books)

    async def any_beside(self, book: PriceBook) -> bool:
        """Whether another active book has the same conditions and currency at the same time."""
        names = ("id", "currency", "valid_from", "valid_until", *CONDITIONS)
        values = {name: getattr(book, name) for name in names}
        return bool(await self.uow.fetch("books beside", _beside, values))

    async def prices(
        self, product_ids: Iterable[str], currency: str, on: date, facts: Mapping[str, str | None]
    ) -> list[Any]:
        """Every price of the products on a day, in the books that hold for a customer of whom these facts are known."""
        values = {"ids": sorted(set(product_ids)), "currency": currency, "on": on}
        return list(await self.uow.fetch("prices", _prices, {**values, **facts}))


def _beside() -> Select[Any]:
    rows = scoped(PriceBook, "b")
    begin, end = bindparam("valid_from", type_=Date), bindparam("valid_until", type_=Date)
    return (
        select(literal(1))
        .where(
            _holds(rows),
            rows.c.id != bindparam("id", type_=Uuid(as_uuid=False)),
            *(rows.c[name].is_not_distinct_from(bindparam(name, type_=Text)) for name in CONDITIONS),
            or_(rows.c.valid_until.is_(None), begin.is_(None), rows.c.valid_until >= begin),
            or_(rows.c.valid_from.is_(None), end.is_(None), rows.c.valid_from <= end),
        )
        .limit(literal(1))
    )


def _prices() -> Select[Any]:
    books, entries = scoped(PriceBook, "b"), scoped(PriceBookEntry, "e")
    on = bindparam("on", type_=Date)
    return (
        select(
            books.c.id.cast(Text).label("price_book_id"),
            books.c.name,
            books.c.valid_from,
            *(books.c[name] for name in CONDITIONS),
            entries.c.id.cast(Text).label("entry_id"),
            entries.c.product_id.cast(Text).label("product_id"),
            entries.c.min_quantity,
            entries.c.unit_price,
        )
        .join_from(books, entries, entries.c.price_book_id == books.c.id)
        .where(
            _holds(books),
            or_(books.c.valid_from.is_(None), books.c.valid_from <= on),
            or_(books.c.valid_until.is_(None), books.c.valid_until >= on),
            *(
                or_(books.c[name].is_(None), books.c[name] == bindparam(name, type_=Text))
                for name in CONDITIONS
            ),
            entries.c.product_id == func.any(bindparam("ids", type_=ARRAY(Uuid(as_uuid=False)))),
        )
    )


def _holds(rows: Alias) -> ColumnElement[bool]:
    currency = rows.c.currency == bindparam("currency", type_=Text)
    return currency & rows.c.active & rows.c.deleted_at.is_(None)
