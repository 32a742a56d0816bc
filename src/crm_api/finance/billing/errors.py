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
        "exceeds_contract": (
            "Together this comes to more than the contract of the order; {rest} {currency} are left of it.",
            "合计超过该订单所属合同的总额，剩余可用 {rest} {currency}。",
        ),
        "amendment_below_billed": (
            "{billed} {currency} are billed already: an amendment has the same customer and currency, and not less.",
            "该合同已开单 {billed} {currency}，变更后的金额不能低于此数，也不能更换币种或客户。",
        ),
        "document_has_invoice": (
            "An invoice was issued for it: take it back by a red letter first.",
            "该单据已开具发票，请先红冲。",
        ),
        "invoiced_beyond": (
            "{invoiced} {currency} are invoiced or applied for, {owed} would be owed: red-letter or void that first.",
            "已开票或申请开票 {invoiced} {currency}，而取消后应收仅 {owed}，请先红冲或作废相应发票。",
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

    code = "exceeds_document"

    def __init__(self, pointer: str, rest: Decimal, currency: str) -> None:
        left = amount_text(max(rest, Decimal(0)), currency)
        super().__init__(faults=Invalid.at(pointer, self.code, rest=left, currency=currency).faults)


class ExceedsContract(ExceedsDocument):
    """What bills the orders of a contract counts within the contract."""

    code = "exceeds_contract"


class AmendmentBelowBilled(Conflict):
    """What was billed by a contract stands whatever becomes of the contract."""

    default_code = "amendment_below_billed"


class DocumentHasInvoice(Conflict):
    """A document with an invoice that stands stays in force."""

    default_code = "document_has_invoice"


class InvoicedBeyond(Conflict):
    """What is invoiced of a document stays owed."""

    default_code = "invoiced_beyond"


class DocumentNotBillable(Conflict):
    """A document that is not in force is not billed."""

    default_code = "document_not_billable"


class DocumentHasMoney(Conflict):
    """A document for which money was received stays in force."""

    default_code = "document_has_money"
