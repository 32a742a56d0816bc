"""Examples of the OpenAPI document: authors give one per field, those of whole schemas are composed from them.

An optional id is left out, so that the example of a body can be sent as it stands.
"""

from collections.abc import Mapping
from typing import Any

_ID = "01930b2e-6f00-7000-8000-000000000001"
_BY_FORMAT = {
    "uuid": _ID,
    "date": "2026-01-31",
    "date-time": "2026-01-31T09:30:00Z",
    "email": "li.na@example.com",
    "decimal": "199.90",
}
_SUFFIXES = ("Created", "Create", "Update", "Write", "Read", "Ref")
_ABSENT = object()
Schemas = Mapping[str, Mapping[str, Any]]


class NoExample(Exception):
    """Names the field that an author has to give an example for."""


def compose_examples(schemas: Mapping[str, dict[str, Any]]) -> None:
    """Give every object schema an example that has none and whose fields all have one."""
    for name, schema in schemas.items():
        if schema.get("type") == "object" and not has_example(schema):
            try:
                schema["examples"] = [example_of(name, schemas)]
            except NoExample:
                continue  # the checker of the document names it


def has_example(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("examples")) or "example" in schema


def example_of(name: str, schemas: Schemas) -> Any:
    """The example of a schema; `NoExample` names the field that it fails on."""
    schema = schemas[name]
    if has_example(schema):
        return _first(schema)
    if "properties" not in schema:
        return _value(name, schema, schemas)
    required, found = schema.get("required", ()), {}
    for key, field in schema["properties"].items():
        value = _field(name, key, field, schemas)
        # nobody has the record that an optional id would name, unless its author has said which
        if key in required or value not in (None, _ID):
            found[key] = value
    return found


def _field(owner: str, key: str, field: Mapping[str, Any], schemas: Schemas) -> Any:
    if has_example(field):
        return _first(field)
    borrowed = _borrowed(owner, key, schemas)
    if borrowed is not _ABSENT and "enum" not in field:
        return borrowed
    return _ID if _is_id(key, field) else _value(f"{owner}.{key}", field, schemas)


def _borrowed(owner: str, key: str, schemas: Schemas) -> Any:
    """What the author of `CustomerCreate.name` gave also serves `CustomerRead.name`, if both have one form."""
    own = schemas[owner]["properties"][key]
    for name, schema in schemas.items():
        other = schema.get("properties", {}).get(key, {})
        if has_example(other) and _stem(name) == _stem(owner) and _form(other) == _form(own):
            return _first(other)
    return _ABSENT


def _form(field: Mapping[str, Any]) -> Any:
    kind = field.get("type")
    scalar = (kind if isinstance(kind, str) else next((k for k in kind or () if k != "null"), None)) or ""
    return scalar, field.get("$ref"), field.get("items", {}).get("$ref")


def _stem(name: str) -> str:
    return next((name.removesuffix(s) for s in _SUFFIXES if name.endswith(s)), name)


def _is_id(key: str, field: Mapping[str, Any]) -> bool:
    text = "string" in field.get("type", ())
    return text and (field.get("format") == "uuid" or key == "id" or key.endswith(("_id", "_by")))


def _first(schema: Mapping[str, Any]) -> Any:
    return schema["examples"][0] if schema.get("examples") else schema["example"]


def _value(place: str, schema: Mapping[str, Any], schemas: Schemas) -> Any:
    if has_example(schema):
        return _first(schema)
    if "$ref" in schema:
        return example_of(schema["$ref"].rsplit("/", 1)[-1], schemas)
    for word in ("const", "default"):
        if schema.get(word) is not None:
            return schema[word]
    if "enum" in schema:
        return schema["enum"][0]
    choices = [part for part in schema.get("anyOf", schema.get("oneOf", ())) if part != {"type": "null"}]
    return _value(place, choices[0], schemas) if choices else _plain(place, schema, schemas)


def _plain(place: str, schema: Mapping[str, Any], schemas: Schemas) -> Any:
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else next(k for k in kinds if k != "null")
    match kind:
        case "array":
            return [_value(place, schema["items"], schemas)] if "items" in schema else []
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case "string":
            return _text(place, schema)
        case _:
            return {
                key: _value(f"{place}.{key}", part, schemas)
                for key, part in schema.get("properties", {}).items()
            }


def _text(place: str, schema: Mapping[str, Any]) -> str | None:
    found = _BY_FORMAT.get(schema.get("format", ""))
    if found is None and "null" not in schema["type"]:
        raise NoExample(place)
    return found
