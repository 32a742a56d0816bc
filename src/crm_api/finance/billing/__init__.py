"""The documents that are billed, contracts and orders: whose they are, and how much of each may be billed."""
