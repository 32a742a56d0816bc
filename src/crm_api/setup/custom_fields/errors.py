"""Refusals of custom fields and their values."""

from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.messages import register

register(
    {
        "field_inactive": ("This field takes no new values.", "该字段已停用，不能写入。"),
        "not_of_type": ("A field of this type has no such setting.", "该类型的字段没有此设置。"),
        "repeated_choice": ("The same choice twice.", "选项重复。"),
        "option_in_use": (
            "Records hold this option: deactivate it instead of leaving it out.",
            "已有记录使用该选项，请停用而不是删除。",
        ),
        "cannot_be_unique": ("A field of this type cannot be unique.", "该类型的字段不能设为唯一。"),
    },
    statuses={"option_in_use": 409},
)


class BadDefinition(Invalid):
    """What a definition says contradicts itself."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults=faults)


class BadValues(Invalid):
    """Custom fields of a record that are unknown, of another type, missing or not for their author to write."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults=faults)
