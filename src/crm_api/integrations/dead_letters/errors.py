"""What stands against deciding about a dead letter."""

from crm_api.kit import messages
from crm_api.kit.errors import Conflict

messages.register(
    {
        "dead_letter_settled": ("It has been decided already.", "该任务已被处理。"),
        "job_unknown": ("This version knows no such job any more.", "当前版本已不再支持该任务。"),
    }
)


class DeadLetterSettled(Conflict):
    """It was started again or dropped before."""

    default_code = "dead_letter_settled"


class JobUnknown(Conflict):
    """Its code is gone; it can only be dropped."""

    default_code = "job_unknown"
