"""Refusals of tasks."""

from crm_api.kit.errors import Invalid
from crm_api.kit.messages import register

register({"without_subject": ("The task is about no record.", "该任务未关联任何记录。")})


class DueRequired(Invalid):
    """What recurs is counted from when it is due."""

    def __init__(self) -> None:
        super().__init__(faults=Invalid.at("/due_at", "required").faults)


class WithoutSubject(Invalid):
    """An interaction is about a record, and the task names none."""

    def __init__(self) -> None:
        super().__init__(faults=Invalid.at("/interaction", "without_subject").faults)
