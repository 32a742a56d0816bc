"""Whom we deal with: customers and the people there.

May import setup, identity and kit; emits customer and contact events.
"""
