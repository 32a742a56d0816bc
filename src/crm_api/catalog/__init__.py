"""What we sell, at which price, and what of it is in stock.

May import setup, identity and kit; emits `product.*`, `price_book.*`, `warehouse.*`, `stock_level.*` and
`stock_movement.*`.
"""
