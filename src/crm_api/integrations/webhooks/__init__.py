"""Webhooks: what happened, sent to other systems, signed, until they have taken it."""
