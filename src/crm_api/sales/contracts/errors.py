"""Refusals of contracts."""

from crm_api.kit.errors import Conflict, Invalid
from crm_api.kit.messages import register

register(
    {
        "contract_incomplete": (
            "A contract is signed by somebody of ours and somebody of theirs: name both signatories.",
            "合同签署需要双方签署人，请补充我方和对方的签署人。",
        ),
        "not_begun": ("The contract begins on {day}.", "合同将于 {day} 开始。"),
        "ends_before_start": ("It ends before it begins.", "结束日期不能早于开始日期。"),
        "amendment_open": (
            "An amendment of this contract is under way.",
            "该合同已有正在进行的变更版本。",
        ),
        "not_in_force": (
            "What it amends is not in force any more.",
            "被变更的合同已不再有效。",
        ),
    }
)


class ContractIncomplete(Conflict):
    """A signatory is missing on one side."""

    default_code = "contract_incomplete"


class NotBegun(Conflict):
    """Its first day lies ahead."""

    default_code = "not_begun"


class AmendmentOpen(Conflict):
    """A contract has one amendment at a time."""

    default_code = "amendment_open"


class NotInForce(Conflict):
    """The contract that an amendment would replace has ended meanwhile."""

    default_code = "not_in_force"


class EndsBeforeStart(Invalid):
    """The last day lies before the first."""

    def __init__(self) -> None:
        super().__init__(faults=Invalid.at("/ends_on", "ends_before_start").faults)
