"""Products: what can stand on a line of an opportunity, a quote or an order."""
