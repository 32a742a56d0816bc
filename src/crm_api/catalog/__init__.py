"""What we sell, and at which price: products and price books.

May import setup, identity and kit; emits `product.*` and `price_book.*`.
"""
