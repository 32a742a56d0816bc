"""Approval flows: who must agree to which records before they take effect (审批流程)."""
