"""What the business looks like from above: read models over every context, under the caller's reach.

Owns no business fact, writes nothing, emits nothing. May import every context below it.
"""
