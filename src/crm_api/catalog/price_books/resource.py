"""Price books as a resource."""

from crm_api.catalog.price_books.models import PriceBook, PriceBookEntry
from crm_api.kit.access import everyone
from crm_api.kit.resource import Children, Resource

ENTRIES = Children("entries", PriceBookEntry, "price_book_id")
price_books = Resource(
    name="price_books",
    singular="price_book",
    model=PriceBook,
    access=everyone(),
    sorts={"created_at": "created_at", "name": "name_sort"},
    search=("name",),
    children=(ENTRIES,),
)
