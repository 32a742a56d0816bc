"""What stands against cancelling."""

from crm_api.kit import messages
from crm_api.kit.errors import Conflict

messages.register(
    {
        "operation_finished": ("The operation has finished.", "该任务已结束。"),
        "operation_not_cancellable": ("This operation cannot be stopped half-way.", "该任务不能中途取消。"),
    }
)


class OperationFinished(Conflict):
    """There is nothing to cancel any more."""

    default_code = "operation_finished"


class OperationNotCancellable(Conflict):
    """Half of it would be worse than all or nothing."""

    default_code = "operation_not_cancellable"
