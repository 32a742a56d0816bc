"""What a reader of the OpenAPI document would miss."""

from collections.abc import Mapping
from typing import Any

from crm_api.document.examples import NoExample, example_of, has_example
from crm_api.document.openapi import children_of, operations, parameters_of


def missing_descriptions(document: Mapping[str, Any]) -> list[str]:
    """What is missing, one line each.

    Every operation has a summary, a description and a described tag, every parameter, property and enum has a
    description, every object schema an example.
    """
    tags = {tag["name"] for tag in document.get("tags", ()) if tag.get("description")}
    missing: list[str] = []
    for name, operation in operations(document):
        missing += [f"{name}: no {word}" for word in ("summary", "description") if not operation.get(word)]
        if not operation.get("tags"):
            missing.append(f"{name}: no tag")
        missing += [
            f"{name}: tag {tag} has no description" for tag in operation.get("tags", ()) if tag not in tags
        ]
        missing += [
            f"{name}: parameter {parameter['name']} has no description"
            for parameter in parameters_of(operation)
            if not parameter.get("description")
        ]
    for name, schema in document["components"]["schemas"].items():
        if "enum" in schema and not schema.get("description"):
            missing.append(f"{name}: no description")
        missing += [*_without_example(name, document["components"]["schemas"]), *_undescribed(name, schema)]
    return missing


def _without_example(name: str, schemas: Mapping[str, Any]) -> list[str]:
    if schemas[name].get("type") != "object" or has_example(schemas[name]):
        return []
    try:
        example_of(name, schemas)
    except NoExample as field:
        return [f"{name}: no example ({field} has none)"]
    return [f"{name}: no example"]


def _undescribed(name: str, schema: Mapping[str, Any]) -> list[str]:
    missing = []
    for key, child in schema.get("properties", {}).items():
        if not child.get("description"):
            missing.append(f"{name}.{key}: no description")
        missing += _undescribed(f"{name}.{key}", child)
    for child in children_of({word: part for word, part in schema.items() if word != "properties"}):
        missing += _undescribed(name, child)
    return missing
