"""How this company works: what it names, orders and limits itself.

Imports identity and the kit; emits set-up events.
"""
