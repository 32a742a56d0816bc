"""`XSparse` beside `XRead` in the document: what a get or a list answers with `fields` and `expand`.

Every field of it may be absent, or null where the caller does not see the neighbour. Neighbours stand beside their ids.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource

REF = "#/components/schemas/"


def add_sparse_schemas(document: dict[str, Any]) -> None:
    """Add the schemas, and let gets, lists and queries answer them too."""
    schemas, read = document["components"]["schemas"], dict(_read_schemas(document))
    for name in read.values():
        _offer(schemas[name.removesuffix("Read") + "List"]["properties"]["data"]["items"], name)
    for operation in _operations(document):
        schema = _answer(operation)
        name = schema.get("$ref", "").removeprefix(REF)
        if operation["operationId"].endswith("_get") and name in read.values():
            _offer(schema, name)
    for resource, name in read.items():
        schemas[_sparse(name)] = _sparse_schema(RESOURCES[resource], schemas[name], read)


def _read_schemas(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Resource → the schema of its records, for those that are read through the kit."""
    by_id = {operation["operationId"]: operation for operation in _operations(document)}
    for name in RESOURCES:
        operation = by_id.get(f"{name}_get", {})
        if any(parameter["name"] == "expand" for parameter in operation.get("parameters", ())):
            yield name, _answer(operation)["$ref"].removeprefix(REF)


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from (operation for operation in item.values() if isinstance(operation, dict))


def _answer(operation: Mapping[str, Any]) -> dict[str, Any]:
    content = operation["responses"].get("200", {}).get("content", {})
    found: dict[str, Any] = content.get("application/json", {}).get("schema", {})
    return found


def _offer(schema: dict[str, Any], name: str) -> None:
    schema.clear()
    schema["anyOf"] = [{"$ref": REF + name}, {"$ref": REF + _sparse(name)}]


def _sparse(name: str) -> str:
    return name.removesuffix("Read") + "Sparse"


def _sparse_schema(resource: Resource, whole: Mapping[str, Any], read: Mapping[str, str]) -> dict[str, Any]:
    one = resource.singular.replace("_", " ")
    properties = {
        name: _optional(deepcopy(field)) if name not in ("id", "redacted") else field
        for name, field in whole["properties"].items()
    }
    for name, (field, target) in resource.neighbours.items():
        if target in read:
            reference = {"$ref": REF + _sparse(read[target])}
            told = f"The record behind `{field}`, with `expand={name}` or some of its `fields`."
            properties[name] = {"anyOf": [reference, {"type": "null"}], "description": told}
    return {
        "type": "object",
        "title": _sparse(whole["title"]),
        "description": f"The {one} as far as `fields` and `expand` ask for it.",
        "properties": properties,
        "additionalProperties": False,
        "examples": [{"id": "01930b2e-6f00-7000-8000-000000000001", "redacted": []}],
    }


def _optional(field: dict[str, Any]) -> dict[str, Any]:
    if isinstance(field.get("type"), list):
        return field
    told: dict[str, Any] = {
        name: field.pop(name) for name in ("description", "examples", "title") if name in field
    }
    if "anyOf" in field:
        if {"type": "null"} not in field["anyOf"]:
            field["anyOf"].append({"type": "null"})
        return {**field, **told}
    if "type" not in field:
        return {"anyOf": [field, {"type": "null"}], **told}
    choices = {"enum": [*field["enum"], None]} if "enum" in field else {}
    return {**field, **choices, "type": [field["type"], "null"], **told}
