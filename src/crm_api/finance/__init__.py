"""What is owed, what is paid, what is invoiced and what is spent.

- `billing`: the documents that are billed, contracts and orders, and how much of each.
- `receivables`: what a customer owes and when, as instalments of a document or alone.
- `payments`: what came in, and which receivables it settles.
- `ageing`: how long what is owed has been due.
- `invoices`: applied for, approved, issued with a number, delivered, corrected.
- `expense_claims`: what people spent for the company, agreed on and paid back.

Imports sales, workflow, parties, setup, identity and the kit. Emits `receivable.*`, `payment.*`, `invoice.*` and
`expense_claim.*`.
"""
