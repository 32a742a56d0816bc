"""Expense claims: what somebody spent for the company, agreed on and paid back (费用报销)."""
