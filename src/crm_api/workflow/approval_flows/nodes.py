"""What a list of nodes must be."""

from collections.abc import Sequence

from crm_api.identity.roles.catalogue import ROLES
from crm_api.kit.errors import Fault, Invalid
from crm_api.workflow.approval_flows.models import ApprovalFlowNode, NodeKind

# the field that names who is asked, by kind
NAMING = {NodeKind.SUPERIOR_CHAIN: "levels", NodeKind.ROLE: "role", NodeKind.USERS: "user_ids"}


def check_nodes(nodes: Sequence[ApprovalFlowNode]) -> None:
    """Each has a kind, a mode and what its kind asks for, and nothing that goes with another; Invalid otherwise."""
    faults = [
        Fault("pointer", f"/nodes/{position}/{name}", code, params)
        for position, node in enumerate(nodes)
        for name, code, params in _faults(node)
    ]
    if faults:
        raise Invalid(faults=faults)


def _faults(node: ApprovalFlowNode) -> list[tuple[str, str, dict[str, str]]]:
    found: list[tuple[str, str, dict[str, str]]] = [
        (name, "required", {}) for name in ("kind", "mode") if getattr(node, name) is None
    ]
    for kind, name in NAMING.items():
        if node.kind == kind and not getattr(node, name):
            found.append((name, "required", {}))
        if node.kind not in (kind, None) and getattr(node, name):
            found.append((name, "not_with_kind", {"kind": str(node.kind)}))
    remind, escalate = node.remind_after_hours, node.escalate_after_hours
    if remind is not None and escalate is not None and escalate <= remind:
        found.append(("escalate_after_hours", "out_of_range", {"expected": f"> {remind}"}))
    if node.role is not None and node.role not in ROLES:
        found.append(("role", "not_a_choice", {"choices": ", ".join(ROLES)}))
    return found
