"""`/api/v1/price-books`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.catalog.price_books.pricing import PricingService, Wanted
from crm_api.catalog.price_books.resource import price_books
from crm_api.catalog.price_books.schemas import (
    PriceBookCreate,
    PriceBookRead,
    PriceBookUpdate,
    PriceResolve,
    PriceResolved,
)
from crm_api.catalog.price_books.service import PriceBookService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes

router = APIRouter(prefix="/api/v1/price-books", tags=["price-books"], route_class=KitRoute)
CanRead = Annotated[UnitOfWork, allowed(price_books.read)]
CanCreate = Annotated[UnitOfWork, allowed(price_books.create)]
CanUpdate = Annotated[UnitOfWork, allowed(price_books.update)]
CanDelete = Annotated[UnitOfWork, allowed(price_books.delete)]
CanRestore = Annotated[UnitOfWork, allowed(price_books.restore)]

reads(router, price_books, PriceBookRead)
writes(router, price_books, PriceBookCreate, PriceBookUpdate, PriceBookService, PriceBookRead)


@router.post(
    "",
    status_code=201,
    response_model=PriceBookRead,
    operation_id="price_books_create",
    summary="Create a price book",
)
async def create_price_book(data: PriceBookCreate, uow: CanCreate) -> Any:
    """Without conditions it holds for everybody. 409 when an active book has the same conditions and currency at the same time."""
    return await PriceBookService(uow).create(data.given())


@router.patch(
    "/{price_book_id}",
    response_model=PriceBookRead,
    operation_id="price_books_update",
    summary="Change a price book",
)
async def update_price_book(price_book_id: str, data: PriceBookUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears, `entries` is the complete list. 409 like creating one."""
    return await PriceBookService(uow).update(price_book_id, data.given())


@router.delete(
    "/{price_book_id}", status_code=204, operation_id="price_books_delete", summary="Delete a price book"
)
async def delete_price_book(price_book_id: str, uow: CanDelete) -> None:
    """Softly: it can be restored. What was quoted by it stays as it is."""
    await PriceBookService(uow).delete(price_book_id)


@router.post(
    "/{price_book_id}/restore",
    response_model=PriceBookRead,
    operation_id="price_books_restore",
    summary="Restore a price book",
)
async def restore_price_book(price_book_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. 409 when another book has taken its place meanwhile."""
    return await PriceBookService(uow).restore(price_book_id)


@router.post(
    "/resolve", response_model=PriceResolved, operation_id="price_books_resolve", summary="Resolve prices"
)
async def resolve_prices(data: PriceResolve, uow: CanRead) -> Any:
    """What products cost a customer on a day, and which rule says so: the book with most conditions that the customer meets; then the one that began last; then the highest quantity reached; else the list price. A retired product has no price."""
    wanted = [Wanted(line.product_id, line.quantity) for line in data.lines]
    return await PricingService(uow).resolve(wanted, data.currency, data.on, data.customer_id)
