"""Invoices as a resource."""

from crm_api.finance.invoices.models import Invoice
from crm_api.kit.access import owned
from crm_api.kit.resource import Resource

invoices = Resource(
    name="invoices",
    singular="invoice",
    model=Invoice,
    access=owned(),
    exportable=True,
    sorts={"created_at": "created_at", "gross_amount": "gross_amount_micro"},
    open_when={"status": ("applied", "approved", "issued", "delivered")},
    label="title",
    subject=True,
    guarded=True,
    events=("approved", "issued", "delivered", "voided", "red_lettered"),
)
ASSIGN = invoices.action("assign")
APPROVE = invoices.action("approve")
ISSUE = invoices.action("issue")
DELIVER = invoices.action("deliver")
VOID = invoices.action("void")
RED_LETTER = invoices.action("red_letter")
