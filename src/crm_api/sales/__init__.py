"""How deals are won: leads, pipelines, opportunities and quotes.

- `leads`: who may become a customer, and what they become.
- `pipelines`: the ways a deal can go, stage by stage, and which of them a company uses by default.
- `opportunities`: the deals, their lines, their moves from stage to stage, and how they end.
- `quotes`: what is offered to a customer, version by version, and what they answer.
- `contracts`: what was agreed with customers, approved, signed, amended, and how it ends.
- `orders`: what was bought, what became of its goods and of its promises.
- `belonging`: whose the contacts and deals are that a document names.
- `document_lines`: lines and sums of every document that has a price.

Imports workflow, activities, parties, catalog, setup, identity and the kit. Emits `pipeline.*`, `development_plan.*`,
`opportunity.created updated assigned moved won lost reopened deleted restored`, `lead.`
`created updated assigned contacted qualified discarded reopened converted deleted restored`, `quote.`
`created updated assigned submitted approved disapproved sent_back sent viewed withdrawn accepted rejected expired`
`revised converted deleted restored`, `contract.`
`created updated assigned submitted approved rejected sent_back withdrawn signed activated renewal_due expired`
`terminated voided superseded deleted restored` and `order.*`.
"""
