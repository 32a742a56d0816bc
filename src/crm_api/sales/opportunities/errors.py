"""Refusals of opportunities."""

from collections.abc import Sequence

from crm_api.kit.errors import Conflict, Fault, Forbidden, Invalid
from crm_api.kit.messages import register

register(
    {
        "opportunity_closed": (
            "The opportunity is closed; reopen it before you change it.",
            "商机已关闭，请先重新打开再修改。",
        ),
        "opportunity_open": ("The opportunity is open.", "商机尚未关闭。"),
        "opportunity_incomplete": (
            "An opportunity needs a customer and an amount to be won.",
            "商机赢单需要客户和金额。",
        ),
        "history_needs_right": (
            "Only integrations may create opportunities that are closed already.",
            "只有具备历史导入权限的用户才能直接创建已关闭的商机。",
        ),
        "stage_gate": (
            "Something is missing to enter the stage {stage}.",
            "尚未满足进入阶段“{stage}”的条件。",
        ),
        "no_way_back": (
            "Deals of this pipeline do not go back to an earlier stage.",
            "该销售流程不允许商机退回之前的阶段。",
        ),
        "use_win_or_lose": (
            "This stage closes the opportunity: use win or lose.",
            "该阶段会关闭商机，请使用赢单或输单操作。",
        ),
        "approval_not_required": (
            "No approval is needed to enter this stage.",
            "进入该阶段无需审批。",
        ),
        "not_in_status": (
            "This field does not go with the status {status}.",
            "状态为 {status} 时不能填写该字段。",
        ),
        "closed_before_opened": (
            "An opportunity cannot be closed before it was opened.",
            "关闭日期不能早于开启日期。",
        ),
    }
)


class OpportunityClosed(Conflict):
    """A won or lost opportunity is frozen until somebody with the right reopens it."""

    default_code = "opportunity_closed"


class OpportunityOpen(Conflict):
    """Only a closed opportunity can be reopened."""

    default_code = "opportunity_open"


class OpportunityIncomplete(Conflict):
    """Something that a won opportunity must have is missing; the faults name it."""

    default_code = "opportunity_incomplete"

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(faults=required(missing))


class StageGate(Conflict):
    """The stage asks for something that the opportunity does not have; the faults name all of it."""

    default_code = "stage_gate"


class NoWayBack(Conflict):
    """The pipeline lets nobody go back to an earlier open stage."""

    default_code = "no_way_back"


class HistoryNeedsRight(Forbidden):
    """A deal that is over already is created by those who may import history."""

    default_code = "history_needs_right"


class ClosedBeforeOpened(Invalid):
    """The closing date lies before the opening date."""

    def __init__(self) -> None:
        super().__init__(faults=Invalid.at("/closed_on", "closed_before_opened").faults)


def required(fields: Sequence[str]) -> list[Fault]:
    """Each field is missing."""
    return [Fault("pointer", f"/{field}", "required") for field in fields]
