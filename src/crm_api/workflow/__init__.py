"""How work is agreed on inside the company.

- `approval_flows`: who must agree to what, by type, amount and team.
- `approvals`: the requests that are decided on, step by step.

Imports activities, setup, identity and the kit; contexts above it submit their records through `ApprovalService` and
hear of the outcome through `bind_outcome`. Emits `approval_flow.created updated deleted restored` and `approval.`
`created advanced approved rejected sent_back withdrawn delegated reassigned`.
"""
