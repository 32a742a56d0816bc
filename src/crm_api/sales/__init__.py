"""How deals are won: leads, pipelines and opportunities.

- `leads`: who may become a customer, and what they become.
- `pipelines`: the ways a deal can go, stage by stage, and which of them a company uses by default.
- `opportunities`: the deals, their lines, their moves from stage to stage, and how they end.
- `contracts`: what was agreed with customers, approved, signed, amended, and how it ends.

Imports workflow, activities, parties, catalog, setup, identity and the kit. Emits `pipeline.*`, `opportunity.`
`created updated assigned moved won lost reopened deleted restored` and `lead.`
`created updated assigned contacted qualified discarded reopened converted deleted restored`, and `contract.`
`created updated assigned submitted approved rejected sent_back withdrawn signed activated renewal_due expired`
`terminated voided superseded deleted restored`.
"""
