"""Refusals of the data dictionary."""

from crm_api.kit.errors import Conflict
from crm_api.kit.messages import register

register(
    {
        "dictionary_item_required": (
            "The choice “other” always exists and cannot be deactivated.",
            "“其他”选项必须始终存在，不能停用。",
        )
    }
)


class DictionaryItemRequired(Conflict):
    """The item is one that every list must offer."""

    default_code = "dictionary_item_required"
