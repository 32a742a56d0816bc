"""Refusals of interactions."""

from crm_api.kit.errors import Invalid
from crm_api.kit.messages import register

register(
    {
        "in_the_future": ("This lies in the future.", "该时间晚于当前时间。"),
        "named_twice": ("The list names this twice.", "列表中重复出现。"),
    }
)


class NotYetHappened(Invalid):
    """What is still to come is a task."""

    def __init__(self) -> None:
        super().__init__(faults=Invalid.at("/happened_at", "in_the_future").faults)
