"""Payments: what came in, which receivables it settles, and what was taken back (回款)."""
