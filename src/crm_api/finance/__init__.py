"""Money that is owed, received and spent.

Imports sales and everything below; emits facts about receivables, payments, invoices and expense claims.
"""
