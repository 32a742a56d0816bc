"""Products as a resource."""

from crm_api.catalog.products.models import Product
from crm_api.kit.access import everyone
from crm_api.kit.resource import Resource

products = Resource(
    name="products",
    singular="product",
    model=Product,
    access=everyone(),
    importable=True,
    exportable=True,
    sorts={
        "created_at": "created_at",
        "name": "name_sort",
        "code": "code_sort",
        "list_price": "list_price_micro",
    },
    search=("name", "code", "spec"),
    subject=True,
    events=("activated", "retired"),
)
