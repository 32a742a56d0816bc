"""Contracts: what was agreed with a customer, from the draft to its end (合同)."""
