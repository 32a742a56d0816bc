"""Approvals: requests that people decide on before a record takes effect (审批)."""
