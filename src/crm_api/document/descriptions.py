"""What FastAPI leaves unsaid in a document, or says alike of everything."""

from collections.abc import Mapping
from typing import Any, Final

_UNTOLD: Final = "Successful Response"  # what FastAPI says of all of them
_TOLD: Final = {
    "201": "Created.",
    "202": "Accepted: the work goes on.",
    "204": "Done; there is nothing to show.",
}


def name_permission(operation: dict[str, Any], permission: object) -> None:
    """The permission of an operation, for programs and for readers."""
    if permission is not None:
        operation["x-permission"] = str(permission)
        if operation.get("description"):
            operation["description"] += f"\n\nPermission: `{permission}`"


def announce(operation: dict[str, Any], notice: str | None) -> None:
    """That an operation is going to end."""
    if notice:
        operation["description"] = f"{operation.get('description', '')}\n\n{notice}".strip()


def describe_id(parameter: dict[str, Any]) -> None:
    """`customer_id` in a path is the UUID of a customer, unless the route says more."""
    name = parameter["name"]
    if parameter["in"] == "path" and name.endswith("_id"):
        parameter.setdefault("description", f"Id of the {name.removesuffix('_id').replace('_', ' ')}.")
        parameter["schema"].setdefault("format", "uuid")


def describe_references(schemas: Mapping[str, dict[str, Any]]) -> None:
    """Pydantic drops the description of a field that equals the one of the enum it refers to."""
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            target = schemas.get(field.get("$ref", "").rsplit("/", 1)[-1], {})
            if "enum" in target and "description" in target:
                field.setdefault("description", target["description"])


def describe_successes(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    """Answers that no route has described, in the words of their schemas."""
    for status, answer in operation["responses"].items():
        if answer.get("description") == _UNTOLD:
            words = (_TOLD.get(status, ""), _words(answer, schemas))
            answer["description"] = " ".join(filter(None, words)) or "Done."


def _words(answer: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """The description of its schema; where there are several forms, that of the first."""
    for content in answer.get("content", {}).values():
        schema = content.get("schema", {})
        first = schema.get("anyOf", [schema])[0]
        return str(schemas.get(first.get("$ref", "").rpartition("/")[2], {}).get("description", ""))
    return ""
