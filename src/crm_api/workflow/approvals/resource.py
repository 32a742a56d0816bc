"""Approvals as a resource: of whoever submitted, of those who were asked, and of those who reach the team."""

from crm_api.kit.resource import Children, Resource
from crm_api.workflow.approvals.access import Involving
from crm_api.workflow.approvals.models import Approval, ApprovalStep

STEPS = Children("steps", ApprovalStep, "approval_id")
approvals = Resource(
    name="approvals",
    singular="approval",
    model=Approval,
    access=Involving(),
    children=(STEPS,),
    open_when=None,
    label="subject_name",
    events=(
        "advanced",
        "approved",
        "rejected",
        "sent_back",
        "withdrawn",
        "delegated",
        "reassigned",
        "signer_added",
        "reminded",
        "escalated",
    ),
)
APPROVE = approvals.action("approve")
REJECT = approvals.action("reject")
SEND_BACK = approvals.action("send_back")
WITHDRAW = approvals.action("withdraw")
DELEGATE = approvals.action("delegate")
ADD_SIGNER = approvals.action("add_signer")
# held by no role: what the clock does
CHASE = approvals.action("chase")
# held by no role: what is done when an approver leaves
REASSIGN = approvals.action("reassign")
