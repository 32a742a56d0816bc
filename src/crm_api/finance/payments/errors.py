"""Refusals of payments."""

from decimal import Decimal

from crm_api.kit.errors import Invalid
from crm_api.kit.messages import register
from crm_api.kit.money import amount_text

register(
    {
        "exceeds_payment": (
            "More than is left of the payment: {rest} {currency}.",
            "超过该回款的未分配金额 {rest} {currency}。",
        ),
        "exceeds_receivable": (
            "More than is left of the receivable: {rest} {currency}.",
            "超过该应收款的未收金额 {rest} {currency}。",
        ),
        "not_owed": (
            "The receivable is {status}: nothing more is due on it.",
            "应收款状态为 {status}，不再需要收款。",
        ),
        "already_released": ("This was taken back already.", "该分配已释放。"),
        "received_in_future": (
            "Money was received today or before.",
            "收款日期不能晚于今天。",
        ),
    }
)


class Exceeds(Invalid):
    """More was asked for than is left of the payment, or of the receivable."""

    def __init__(self, pointer: str, code: str, rest: Decimal, currency: str) -> None:
        left = amount_text(rest, currency)
        super().__init__(faults=Invalid.at(pointer, code, rest=left, currency=currency).faults)
