"""Words of the refusals of signing in."""

from crm_api.kit.messages import register

register(
    {
        "tenant_required": (
            "You belong to several companies; name one of those listed as `tenant`.",
            "您属于多个企业，请在 tenant 中指定其中之一。",
        ),
    }
)
