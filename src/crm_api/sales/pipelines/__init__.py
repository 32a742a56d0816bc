"""Pipelines: the stages a deal goes through until it is won or lost (销售流程)."""
