"""Samples of every context, put together."""

from tests.isolation.samples import activities, agreements, company, expenses, finance, quoting, sales, stock

CONTEXTS = (company, stock, sales, quoting, agreements, finance, expenses, activities)
ORDER = tuple(resource for context in CONTEXTS for resource in context.ORDER)
MADE = {name: make for context in CONTEXTS for name, make in context.MADE.items()}
BODIES = {name: body for context in CONTEXTS for name, body in context.BODIES.items()}
SAMPLES = {name: sample for context in CONTEXTS for name, sample in context.SAMPLES.items()}
INNER = {name: make for context in CONTEXTS for name, make in context.INNER.items()}
PARAMETERS = {name: sets for context in CONTEXTS for name, sets in context.PARAMETERS.items()}
KEYS = {name: key for context in CONTEXTS for name, key in context.KEYS.items()}
STEPS = {name: steps for context in CONTEXTS for name, steps in context.STEPS.items()}
LINKS = quoting.LINKS
