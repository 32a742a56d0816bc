"""How deals are won: pipelines and opportunities.

- `pipelines`: the ways a deal can go, stage by stage, and which of them a company uses by default.
- `opportunities`: the deals, their lines, their moves from stage to stage, and how they end.

Imports parties, catalog, setup, identity and the kit. Emits `pipeline.*` and `opportunity.`
`created updated assigned moved won lost reopened deleted restored`.
"""
