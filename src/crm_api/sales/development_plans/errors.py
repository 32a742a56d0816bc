"""Refusals of development plans."""

from crm_api.kit.errors import Conflict
from crm_api.kit.messages import register

register(
    {
        "plan_empty": (
            "A plan needs at least one item before it is started.",
            "计划至少需要一个行动项才能开始执行。",
        ),
        "plan_item_done": ("This item is done already.", "该行动项已完成。"),
        "plan_required": (
            "A development plan is needed that has come as far as: {status}.",
            "需要客户开发计划，且状态至少为：{status}。",
        ),
        "deal_without_customer": ("The opportunity has no customer.", "该商机没有关联客户。"),
    }
)


class PlanEmpty(Conflict):
    """There is nothing to execute."""

    default_code = "plan_empty"


class PlanItemDone(Conflict):
    """An item is done once; a mistake is corrected by a change of the plan."""

    default_code = "plan_item_done"


class DealWithoutCustomer(Conflict):
    """Nobody's lifecycle could change."""

    default_code = "deal_without_customer"
