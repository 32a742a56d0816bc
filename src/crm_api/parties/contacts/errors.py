"""Refusals of contacts."""

from crm_api.kit.errors import Invalid
from crm_api.kit.messages import register

register(
    {
        "reporting_cycle": (
            "A contact cannot report to itself, directly or through others.",
            "联系人不能直接或间接向自己汇报。",
        )
    }
)


class ReportingCycle(Invalid):
    """A line of superiors that leads back to where it began."""

    def __init__(self) -> None:
        super().__init__(faults=Invalid.at("/reports_to_id", "reporting_cycle").faults)
