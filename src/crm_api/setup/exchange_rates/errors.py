"""Refusals of exchange rates."""

from crm_api.kit.errors import Invalid
from crm_api.kit.messages import register

register(
    {
        "own_currency": (
            "This is the company's own currency: its rate is always 1.",
            "这是企业本位币，汇率恒为 1。",
        )
    }
)


class OwnCurrency(Invalid):
    """A rate is that of a foreign currency."""

    def __init__(self) -> None:
        super().__init__(faults=Invalid.at("/currency", "own_currency").faults)
