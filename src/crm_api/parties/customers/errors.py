"""Refusals of customers."""

from crm_api.kit.errors import Invalid
from crm_api.kit.messages import register

register(
    {
        "parent_cycle": (
            "A customer cannot belong to itself, directly or through others.",
            "客户不能直接或间接隶属于自身。",
        )
    }
)


class ParentCycle(Invalid):
    """A chain of parents that leads back to where it began."""

    def __init__(self) -> None:
        super().__init__(faults=Invalid.at("/parent_id", "parent_cycle").faults)
