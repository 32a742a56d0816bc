"""Lines and sums of documents: the one home of what quotes, contracts and orders share.

A document is a table with `PricedDocument`, its lines one with `DocumentLine`; `DocumentLines` writes both.
"""
