"""Quotes: what is offered to a customer, at which price, until when (报价)."""
