"""Receivables: what a customer owes and when, as instalments of a contract or an order, or alone (回款计划)."""
