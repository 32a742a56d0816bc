"""Expense claims as a resource."""

from crm_api.finance.expense_claims.models import ExpenseClaim, ExpenseLine
from crm_api.kit.access import owned
from crm_api.kit.resource import Children, Resource

LINES = Children("lines", ExpenseLine, "expense_claim_id")
expense_claims = Resource(
    name="expense_claims",
    singular="expense_claim",
    model=ExpenseClaim,
    access=owned(),
    exportable=True,
    sorts={"created_at": "created_at", "name": "name_sort", "amount": "amount_micro"},
    search=("name", "number"),
    children=(LINES,),
    open_when={"status": ("draft", "approving", "rejected")},
    subject=True,
    guarded=True,
    events=("submitted", "approved", "rejected", "sent_back", "withdrawn", "paid"),
)
SUBMIT = expense_claims.action("submit")
PAY = expense_claims.action("pay")
# held by no role: what follows from a decision
SETTLE = expense_claims.action("settle")
