"""Refusals of lines and their sums."""

from crm_api.kit.errors import Invalid
from crm_api.kit.messages import register

register(
    {
        "currency_mismatch": (
            "All lines and the amount are in one currency.",
            "所有明细与金额必须使用同一币种。",
        ),
        "product_retired": ("This product is not sold any more.", "该产品已停售。"),
        "discount_stated_twice": (
            "State a discount in percent or as an amount, not both.",
            "折扣只能按百分比或按金额填写其一。",
        ),
        "discount_too_large": (
            "The discount is more than what it is taken from.",
            "折扣不能超过被折扣的金额。",
        ),
    }
)


class TotalTooLarge(Invalid):
    """The lines together come to more than an amount can hold."""

    def __init__(self) -> None:
        super().__init__(faults=Invalid.at("/lines", "out_of_range", expected="< 10^12").faults)
