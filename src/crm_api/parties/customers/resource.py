"""Customers as a resource."""

from crm_api.kit.access import owned
from crm_api.kit.resource import Resource
from crm_api.parties.customers.models import Customer

customers = Resource(
    name="customers",
    singular="customer",
    model=Customer,
    access=owned(),
    importable=True,
    exportable=True,
    sorts={"created_at": "created_at", "name": "name_sort"},
    search=("name", "code", "website", "phones", "emails", "tax_id"),
    sensitive_search=("phones", "emails", "tax_id"),
    subject=True,
    sensitive=("phones", "emails", "tax_id"),
)
ASSIGN = customers.action("assign")
