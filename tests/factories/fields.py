"""Fields that a company defines."""

from typing import Any

from tests.factories.companies import Company

TYPES = ("text", "number", "money", "date", "datetime", "boolean", "select", "multi_select", "reference")
NEEDS: dict[str, dict[str, Any]] = {
    "select": {
        "options": [{"code": c, "label_en": c.title(), "label_zh": f"选{c}"} for c in ("gold", "silver")]
    },
    "multi_select": {"options": [{"code": c, "label_en": c, "label_zh": c} for c in ("a", "b", "c")]},
    "reference": {"target": "products"},
}


async def define(
    company: Company, type_: str = "text", key: str | None = None, resource: str = "customers", **more: Any
) -> dict[str, Any]:
    """A field of a type, named after it."""
    body = {"resource": resource, "key": key or type_, "type": type_, "label_en": "Field", "label_zh": "字段"}
    return await company.owner.create("/custom-fields", **{**body, **NEEDS.get(type_, {}), **more})
