"""What is owed, what is paid and what is invoiced.

- `billing`: the documents that are billed, contracts and orders, and how much of each.
- `receivables`: what a customer owes and when, as instalments of a document or alone.
- `payments`: what came in, and which receivables it settles.
- `ageing`: how long what is owed has been due.
- `invoices`: applied for, approved, issued with a number, delivered, corrected.

Imports sales, parties, setup, identity and the kit. Emits `receivable.*`, `payment.*` and `invoice.*`.
"""
