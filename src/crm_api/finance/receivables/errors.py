"""Refusals of receivables."""

from decimal import Decimal

from crm_api.kit.errors import Conflict, Invalid
from crm_api.kit.messages import register
from crm_api.kit.money import amount_text

register(
    {
        "receivable_paid_on": (
            "Something is paid on it already: its amount stays.",
            "该应收款已有回款，金额不可修改。",
        ),
        "plan_differs": (
            "The instalments come to {total} {currency}, not to {expected}: a difference of {difference}.",
            "各期合计 {total} {currency}，应为 {expected} {currency}，相差 {difference} {currency}。",
        ),
        "billed_by_contract": (
            "The contract that this order carries out is paid in instalments: they pay for it.",
            "该订单所属合同按分期收款，订单不再单独开单。",
        ),
        "plan_needs_document": (
            "Name the contract or the order that is paid in instalments.",
            "请指明分期收款的合同或订单。",
        ),
    }
)


class ReceivablePaidOn(Conflict):
    """The amount of a receivable stands once something is paid on it."""

    default_code = "receivable_paid_on"


class BilledByContract(Conflict):
    """An order of a contract with instalments is paid by these, not for itself."""

    default_code = "billed_by_contract"


class PlanDiffers(Invalid):
    """The instalments of a plan come to what is left of the document, to the last cent."""

    def __init__(self, total: Decimal, expected: Decimal, currency: str) -> None:
        told = {"total": total, "expected": expected, "difference": total - expected}
        texts = {name: amount_text(amount, currency) for name, amount in told.items()}
        super().__init__(faults=Invalid.at("/instalments", "plan_differs", **texts, currency=currency).faults)
