"""Contacts as a resource."""

from crm_api.kit.access import owned
from crm_api.kit.resource import Resource
from crm_api.parties.contacts.models import Contact

contacts = Resource(
    name="contacts",
    singular="contact",
    model=Contact,
    access=owned(),
    importable=True,
    exportable=True,
    sorts={"created_at": "created_at", "name": "name_sort"},
    search=("name", "title", "phones", "emails"),
    sensitive_search=("phones", "emails"),
    subject=True,
    sensitive=("phones", "emails", "im_ids"),
)
ASSIGN = contacts.action("assign")
