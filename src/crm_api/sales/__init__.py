"""How deals are won: leads, pipelines, opportunities and quotes.

- `leads`: who may become a customer, and what they become.
- `pipelines`: the ways a deal can go, stage by stage, and which of them a company uses by default.
- `opportunities`: the deals, their lines, their moves from stage to stage, and how they end.
- `quotes`: what is offered to a customer, version by version, and what they answer.
- `document_lines`: lines and sums of every document that has a price.

Imports activities, parties, catalog, setup, identity and the kit. Emits `pipeline.*`, `opportunity.`
`created updated assigned moved won lost reopened deleted restored`, `lead.`
`created updated assigned contacted qualified discarded reopened converted deleted restored` and `quote.`
`created updated assigned sent viewed withdrawn accepted rejected expired revised deleted restored`.
"""
