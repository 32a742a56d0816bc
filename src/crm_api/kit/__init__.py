"""The pure library under every resource: the edge, the two walls around a row, reading, listing, saving.

Imports nothing of the business: no context, no settings. What a context needs to hand over (how a token becomes a
principal, which resources exist) is bound in `crm_api.wiring`.
"""
