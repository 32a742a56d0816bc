"""Warehouses as a resource."""

from crm_api.catalog.warehouses.models import Warehouse
from crm_api.kit.access import everyone
from crm_api.kit.resource import Resource

warehouses = Resource(
    name="warehouses",
    singular="warehouse",
    model=Warehouse,
    access=everyone(),
    sorts={"created_at": "created_at", "name": "name_sort"},
    search=("name", "code"),
)
