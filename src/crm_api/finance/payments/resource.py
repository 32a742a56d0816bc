"""Payments as a resource."""

from crm_api.finance.payments.models import Payment, PaymentAllocation, PaymentRefund
from crm_api.kit.access import owned
from crm_api.kit.resource import Children, Resource

ALLOCATIONS = Children("allocations", PaymentAllocation, "payment_id")
REFUNDS = Children("refunds", PaymentRefund, "payment_id")
payments = Resource(
    name="payments",
    singular="payment",
    model=Payment,
    access=owned(),
    exportable=True,
    sorts={"created_at": "created_at", "received_on": "received_on"},
    children=(ALLOCATIONS, REFUNDS),
    open_when={"status": ("received",)},
    label="number",
    subject=True,
    guarded=True,
    events=("allocated", "released", "refunded", "reversed"),
)
ASSIGN = payments.action("assign")
ALLOCATE = payments.action("allocate")
RELEASE = payments.action("release")
REFUND = payments.action("refund")
REVERSE = payments.action("reverse")
