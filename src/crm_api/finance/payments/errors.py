"""Refusals of payments."""

from crm_api.kit.messages import register

register(
    {
        "exceeds_payment": (
            "More than is left of the payment: {rest} {currency}.",
            "超过该回款的未分配金额 {rest} {currency}。",
        ),
        "not_owed": (
            "The receivable is {status}: nothing more is due on it.",
            "应收款状态为 {status}，不再需要收款。",
        ),
        "already_released": ("This was taken back already.", "该分配已释放。"),
        "received_in_future": ("Money is received today or was before.", "收款日期不能晚于今天。"),
    }
)
