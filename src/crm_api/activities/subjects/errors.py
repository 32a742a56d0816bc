"""Refusals of what is about a record."""

from crm_api.kit.errors import Invalid


class NoSubject(Invalid):
    """The record is absent, deleted or invisible to the caller: the three look the same."""

    def __init__(self, singular: str) -> None:
        super().__init__(faults=Invalid.at("/subject_id", "reference_not_found", resource=singular).faults)
