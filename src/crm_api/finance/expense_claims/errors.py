"""Refusals of expense claims."""

from collections.abc import Iterable

from crm_api.kit.errors import Conflict, Fault, Forbidden
from crm_api.kit.messages import register

register(
    {
        "claim_empty": (
            "An expense claim needs a line before it is submitted.",
            "提交前请至少填写一条费用明细。",
        ),
        "duplicate_receipt": (
            "This receipt has been claimed before.",
            "该票据号码已报销过。",
        ),
        "own_claim": ("Nobody pays their own expense claim.", "不能支付自己的报销单。"),
        "spent_in_future": ("It was not spent yet.", "费用日期不能晚于今天。"),
        "tax_above_amount": ("The tax within an amount is not more than the amount.", "税额不能超过金额。"),
    }
)


class ClaimEmpty(Conflict):
    """There is nothing to agree to."""

    default_code = "claim_empty"


class OwnClaim(Forbidden):
    """Whoever is paid back is not who pays."""

    default_code = "own_claim"


class DuplicateReceipt(Conflict):
    """A receipt counts once in a company."""

    default_code = "duplicate_receipt"

    def __init__(self, positions: Iterable[int]) -> None:
        super().__init__(
            faults=[Fault("pointer", f"/lines/{p}/receipt_number", "duplicate_receipt") for p in positions]
        )
