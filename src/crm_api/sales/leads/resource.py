"""Leads as a resource."""

from crm_api.kit.access import owned
from crm_api.kit.resource import Resource
from crm_api.sales.leads.models import Lead

leads = Resource(
    name="leads",
    singular="lead",
    model=Lead,
    access=owned(),
    importable=True,
    exportable=True,
    sorts={"created_at": "created_at", "name": "name_sort"},
    search=("name", "company_name", "phones", "emails"),
    sensitive_search=("phones", "emails"),
    sensitive=("phones", "emails"),
    open_when={"status": ("new", "contacted", "qualified")},
    subject=True,
    events=("contacted", "qualified", "discarded", "reopened", "converted"),
)
ASSIGN = leads.action("assign")
CONTACT = leads.action("contact")
QUALIFY = leads.action("qualify")
DISCARD = leads.action("discard")
REOPEN = leads.action("reopen")
CONVERT = leads.action("convert")
