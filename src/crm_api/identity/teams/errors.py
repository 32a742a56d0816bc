"""Refusals of teams."""

from crm_api.kit.errors import Conflict, Fault, Invalid
from crm_api.kit.messages import register

register(
    {
        "team_cycle": (
            "A team cannot stand below itself.",
            "部门不能移动到自身或其下级部门之下。",
        ),
        "parent_deleted": (
            "The team above was deleted; restore it first.",
            "上级部门已被删除，请先恢复上级部门。",
        ),
    }
)


class TeamCycle(Invalid):
    """A team below itself."""

    def __init__(self) -> None:
        super().__init__(faults=[Fault("pointer", "/parent_id", "team_cycle")])


class ParentDeleted(Conflict):
    """A team lives only below a live one."""

    default_code = "parent_deleted"
