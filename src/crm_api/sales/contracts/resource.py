"""Contracts as a resource."""

from crm_api.kit.access import owned
from crm_api.kit.resource import Children, Resource
from crm_api.sales.contracts.models import Contract, ContractLine, ContractSignatory

LINES = Children("lines", ContractLine, "contract_id")
SIGNATORIES = Children("signatories", ContractSignatory, "contract_id")
contracts = Resource(
    name="contracts",
    singular="contract",
    model=Contract,
    access=owned(),
    exportable=True,
    sorts={
        "created_at": "created_at",
        "name": "name_sort",
        "amount": "amount_micro",
        "ends_on": "ends_on_sort",
    },
    search=("name", "number"),
    children=(LINES, SIGNATORIES),
    open_when={"status": ("draft", "approving", "approved", "signed", "active", "expiring")},
    subject=True,
    guarded=True,
    events=(
        *("submitted", "approved", "rejected", "sent_back", "withdrawn", "signed", "activated"),
        *("terminated", "voided", "superseded", "renewal_due", "expired"),
    ),
)
ASSIGN = contracts.action("assign")
SUBMIT = contracts.action("submit")
SIGN = contracts.action("sign")
ACTIVATE = contracts.action("activate")
TERMINATE = contracts.action("terminate")
VOID = contracts.action("void")
AMEND = contracts.action("amend")
# held by no role: what follows from a decision, an amendment, the calendar
SETTLE = contracts.action("settle")
SUPERSEDE = contracts.action("supersede")
ADVANCE = contracts.action("advance")
