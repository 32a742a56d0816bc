"""Other systems: the feed of changes, the audit trail, webhooks, imports, exports, search.

Driven by the resource declarations and the feed; may import every context but analytics. Emits no business facts.
"""
