"""Refusals of dictionary types."""

from crm_api.kit.errors import Conflict
from crm_api.kit.messages import register

register(
    {
        "dictionary_type_built_in": (
            "This list comes with the system: it cannot be deleted.",
            "系统内置的字典类型不能删除。",
        ),
        "dictionary_type_closed": (
            "Records may only hold choices of this list: it cannot be opened.",
            "该字典类型只能取其选项，不能开放。",
        ),
    }
)


class DictionaryTypeBuiltIn(Conflict):
    """Fields of the system are bound to the list."""

    default_code = "dictionary_type_built_in"


class DictionaryTypeClosed(Conflict):
    """The list decides what its field may hold, always."""

    default_code = "dictionary_type_closed"
