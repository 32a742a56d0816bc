"""The query parameters of a list, for the document."""

from typing import Any

from crm_api.kit.conditions import Field, own_fields
from crm_api.kit.filters import SEVERAL
from crm_api.kit.listing import CONTROLS, MAX_LIMIT
from crm_api.kit.relative import DAYS_BACK
from crm_api.kit.resource import Resource

_DESCRIBED: dict[str, tuple[str, dict[str, Any]]] = {
    "limit": ("Records a page.", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 50}),
    "cursor": ("A cursor of an earlier answer to the same list.", {"type": "string"}),
    "sort": ("Sort keys, comma-separated, `-` for descending.", {"type": "string"}),
    "include_total": ("Count the matching records, to 10,000.", {"type": "boolean"}),
    "q": (
        "Words, prefixes of words or Chinese fragments that must all occur.",
        {"type": "string", "maxLength": 200},
    ),
    "deleted": (
        "Deleted records too, or only them; needs the right to restore.",
        {"type": "string", "enum": ["exclude", "include", "only"]},
    ),
    "tz": (
        "IANA zone in which relative dates such as `today` are meant; the company's unless given.",
        {"type": "string", "examples": ["Europe/Berlin"]},
    ),
    "view": (
        "A saved view, to which the other filters are added; its sort and shape can be replaced.",
        {"type": "string", "format": "uuid"},
    ),
    "fields": (
        "What to show, comma-separated; everything unless given. `owner.name` shows that much of a neighbour.",
        {"type": "string", "examples": ["id,name"]},
    ),
    "expand": (
        "Neighbours to show beside their ids, comma-separated, at most two steps away and five.",
        {"type": "string"},
    ),
}
_SPECIAL: dict[str, dict[str, Any]] = {
    "is_null": {"type": "boolean"},
    "within_last": {"type": "string", "pattern": f"^(?:{DAYS_BACK})$"},
    **{name: {"type": "string", "description": "Several values, comma-separated."} for name in SEVERAL},
}


def list_parameters(resource: Resource) -> list[dict[str, Any]]:
    """Controls, then one parameter for each field that can be filtered; neighbours' fields are told in words."""
    offered = [
        name
        for name in CONTROLS
        if (name != "q" or resource.search) and (name != "deleted" or resource.deletable)
    ]
    return [
        *(control_parameter(name, resource) for name in offered),
        *(_filter_parameter(field) for field in own_fields(resource).values()),
    ]


def control_parameter(name: str, resource: Resource) -> dict[str, Any]:
    """A parameter that is no field."""
    description, schema = _DESCRIBED[name]
    if name == "expand" and resource.neighbours:
        schema = {**schema, "examples": [next(iter(resource.neighbours))]}
        description += f" Here: {', '.join(f'`{near}`' for near in resource.neighbours)}."
    if name == "sort":
        schema = {**schema, "examples": [resource.default_sort]}
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _filter_parameter(field: Field) -> dict[str, Any]:
    forms = ", ".join(f"`{field.name}[{operator}]`" for operator in field.operators if operator != "eq")
    expected, schema = field.kind.expected, field.kind.schema
    operators = {operator: _SPECIAL.get(operator, schema) for operator in field.operators}
    deep = {"type": "object", "properties": operators, "additionalProperties": False}
    is_plain = "eq" in field.operators
    return {
        "name": field.name,
        "in": "query",
        "required": False,
        "style": "deepObject",
        "explode": True,
        "description": f"`{field.name}=` {expected}; also {forms}." if is_plain else f"{forms}: {expected}.",
        "schema": {"anyOf": [schema, deep]} if is_plain else deep,
    }
