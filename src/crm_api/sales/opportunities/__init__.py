"""Opportunities: deals, from the first idea to won or lost (商机)."""
