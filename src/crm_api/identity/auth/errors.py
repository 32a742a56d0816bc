"""Refusals of signing in."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_api.kit.errors import Conflict
from crm_api.kit.messages import register

register(
    {
        "tenant_required": (
            "You belong to several companies; name one of those listed as `tenant`.",
            "您属于多个企业，请在 tenant 中指定其中之一。",
        ),
    }
)


class TenantRequired(Conflict):
    """A person in several companies has to say which; `tenants` lists them."""

    default_code = "tenant_required"

    def __init__(self, companies: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(extra={"tenants": [{"slug": c["slug"], "name": c["name"]} for c in companies]})
