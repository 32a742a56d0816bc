"""Refusals of the data dictionary."""

from crm_api.kit.errors import Conflict, Invalid
from crm_api.kit.messages import register

register(
    {
        "dictionary_item_required": (
            "The choice “other” always exists and cannot be deactivated.",
            "“其他”选项必须始终存在，不能停用。",
        ),
        "parent_of_other_list": (
            "The choice above belongs to another list, or below this one.",
            "上级选项属于其他字典类型，或位于该选项之下。",
        ),
    }
)


class DictionaryItemRequired(Conflict):
    """The item is one that every list must offer."""

    default_code = "dictionary_item_required"


class ParentOfOtherList(Invalid):
    """A choice stands below another one of its own list, never below itself."""

    def __init__(self) -> None:
        super().__init__(faults=Invalid.at("/parent_id", "parent_of_other_list").faults)
