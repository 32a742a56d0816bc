"""Quotes as a resource."""

from crm_api.kit.access import owned
from crm_api.kit.resource import Children, Resource
from crm_api.sales.quotes.models import Quote, QuoteLine

LINES = Children("lines", QuoteLine, "quote_id")
quotes = Resource(
    name="quotes",
    singular="quote",
    model=Quote,
    access=owned(),
    exportable=True,
    sorts={"created_at": "created_at", "name": "name_sort", "gross_amount": "gross_amount_micro"},
    search=("name", "number", "customer_name"),
    sensitive=("decided_by_email",),
    children=(LINES,),
    open_when={"status": ("draft", "approving", "approved", "sent")},
    subject=True,
    guarded=True,
    events=(
        *("submitted", "approved", "disapproved", "sent_back", "sent", "viewed", "withdrawn"),
        *("accepted", "rejected", "expired", "revised", "converted"),
    ),
)
ASSIGN = quotes.action("assign")
SUBMIT = quotes.action("submit")
SEND = quotes.action("send")
WITHDRAW = quotes.action("withdraw")
ACCEPT = quotes.action("accept")
REJECT = quotes.action("reject")
REVISE = quotes.action("revise")
ORDER = quotes.action("order")
CONTRACT = quotes.action("contract")
# held by no role: what follows from a decision
SETTLE = quotes.action("settle")
EXPIRE = quotes.action("expire")
