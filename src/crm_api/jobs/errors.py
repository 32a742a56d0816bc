"""What an operation can end with that is nobody's mistake."""

from crm_api.kit import messages
from crm_api.kit.errors import Problem

messages.register(
    {
        "operation_held": (
            "The work was given up after it had failed repeatedly; an administrator can start it again.",
            "任务多次失败后已停止，管理员可以重新启动。",
        ),
    }
)


class OperationHeld(Problem):
    """Tried in vain, or it killed its worker."""

    default_code = "operation_held"
