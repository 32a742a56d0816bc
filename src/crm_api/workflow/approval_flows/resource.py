"""Approval flows as a resource: everybody in the company may know who decides."""

from crm_api.kit.access import everyone
from crm_api.kit.resource import Children, Resource
from crm_api.workflow.approval_flows.models import ApprovalFlow, ApprovalFlowNode

NODES = Children("nodes", ApprovalFlowNode, "flow_id")
approval_flows = Resource(
    name="approval_flows",
    singular="approval_flow",
    model=ApprovalFlow,
    access=everyone(),
    sorts={"created_at": "created_at", "name": "name_sort"},
    default_sort="created_at",
    children=(NODES,),
)
