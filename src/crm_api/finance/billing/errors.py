"""Refusals of whatever bills a document."""

from decimal import Decimal

from crm_api.kit.errors import Conflict, Invalid
from crm_api.kit.messages import register
from crm_api.kit.money import amount_text

register(
    {
        "two_documents": (
            "Name a contract or an order, not both.",
            "合同与订单只能填写其一。",
        ),
        "other_customer": ("This belongs to another customer.", "该记录属于其他客户。"),
        "other_currency": ("This is in another currency.", "币种不一致。"),
        "exceeds_document": (
            "Together this comes to more than the document; {rest} {currency} are left of it.",
            "合计超过单据总额，剩余可用 {rest} {currency}。",
        ),
        "document_not_billable": (
            "The document is {status}: nothing more is billed for it.",
            "单据状态为 {status}，不能再开单收款。",
        ),
        "document_has_money": (
            "Money was received for it: reverse or release the payments first.",
            "该单据已有回款，请先冲销或释放相关回款。",
        ),
    }
)


class ExceedsDocument(Invalid):
    """All that bills a document together never comes to more than the document."""

    def __init__(self, pointer: str, rest: Decimal, currency: str) -> None:
        left = amount_text(max(rest, Decimal(0)), currency)
        super().__init__(faults=Invalid.at(pointer, "exceeds_document", rest=left, currency=currency).faults)


class DocumentNotBillable(Conflict):
    """A document that is not in force is not billed."""

    default_code = "document_not_billable"


class DocumentHasMoney(Conflict):
    """A document for which money was received stays in force."""

    default_code = "document_has_money"
