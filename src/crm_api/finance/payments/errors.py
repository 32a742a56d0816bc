"""Refusals of payments."""

from decimal import Decimal
from typing import Final

from crm_api.kit.errors import Conflict, Invalid
from crm_api.kit.messages import register
from crm_api.kit.money import amount_text

# where a refund says how much it is
REFUNDED: Final = "/amount"
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
        "exceeds_refund_due": (
            "More than is due back for goods of the order that came back or were cancelled: {rest} {currency}.",
            "超过该订单的应退金额 {rest} {currency}。",
        ),
        "payment_refunded": (
            "Some of it was paid back, so it was received.",
            "该回款已有退款，不能冲销。",
        ),
        "refunded_before": (
            "It came in on {day}: nothing of it was paid back before.",
            "退款日期不能早于收款日期 {day}。",
        ),
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


class PaymentRefunded(Conflict):
    """What was paid back was received: it cannot have been a mistake."""

    default_code = "payment_refunded"
