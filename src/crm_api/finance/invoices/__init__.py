"""Invoices: applied for, approved by somebody else, issued, delivered, taken back by red letters (发票)."""
