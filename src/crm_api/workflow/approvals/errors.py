"""Refusals of approvals."""

from crm_api.kit.errors import Conflict, Forbidden
from crm_api.kit.messages import register

register(
    {
        "no_approver": (
            "Nobody can be found who may decide on this; name a superior, or change the approval flow.",
            "找不到可以审批的人，请设置上级或修改审批流程。",
        ),
        "not_your_turn": ("You are not asked to decide on this now.", "当前不需要您审批。"),
        "not_an_approver": ("Others are asked to decide on this.", "您不是该审批的审批人。"),
        "not_the_submitter": ("Only who has submitted it can withdraw it.", "只有提交人可以撤回。"),
        "own_submission": ("Nobody decides on what they have submitted.", "不能审批自己提交的内容。"),
        "approval_required": ("This has to be approved first.", "须先通过审批。"),
        "already_asked": ("This user is asked already.", "该用户已在审批人之中。"),
    }
)


class NoApprover(Conflict):
    """A node of the flow has nobody left who may decide: approval is never given by absence."""

    default_code = "no_approver"


class ApprovalRequired(Conflict):
    """It takes effect once others have agreed to it: submit it first."""

    default_code = "approval_required"


class NotYourTurn(Conflict):
    """The caller's turn has not come, or is over."""

    default_code = "not_your_turn"


class NotAnApprover(Forbidden):
    """The caller sees the approval, and is asked nowhere in it."""

    default_code = "not_an_approver"


class NotTheSubmitter(Forbidden):
    """What somebody else has submitted is theirs to withdraw."""

    default_code = "not_the_submitter"
