"""Refusals of invoices."""

from crm_api.kit.errors import Conflict, Forbidden
from crm_api.kit.messages import register

register(
    {
        "own_application": (
            "Whoever applied for an invoice, or changed it last, does not approve it.",
            "开票申请人和最后修改人不能审批该申请。",
        ),
        "correction_stays": (
            "This invoice corrects another one and is not corrected itself.",
            "该发票为红字发票，不能再次红冲。",
        ),
        "sum_differs": (
            "Net amount and tax come to {expected}, not to the gross amount.",
            "不含税金额与税额合计为 {expected}，与价税合计不符。",
        ),
        "tax_id_check_digit": (
            "The last character does not fit the others of this unified social credit code.",
            "统一社会信用代码校验位不正确。",
        ),
    }
)


class OwnApplication(Forbidden):
    """Four eyes see every invoice before it is issued."""

    default_code = "own_application"


class CorrectionStays(Conflict):
    """A red letter is not corrected by another one: apply for a new invoice."""

    default_code = "correction_stays"
