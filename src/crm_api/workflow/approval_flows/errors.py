"""Refusals of approval flows."""

from crm_api.kit.messages import register

register(
    {
        "empty_range": ("The range ends before it begins.", "金额范围的上限必须大于下限。"),
        "range_currencies": (
            "Both ends of the range are in one currency.",
            "金额范围的上下限必须使用同一币种。",
        ),
        "not_with_kind": ("This does not go with the kind {kind}.", "类型为 {kind} 时不能填写。"),
    }
)
