"""Fields as data: what the declarations of a resource and the definitions of a company say of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_api.kit.conditions import own_fields
from crm_api.kit.db import table
from crm_api.kit.kinds import Choice as ChoiceKind
from crm_api.kit.kinds import (
    CurrencyKind,
    CustomFields,
    Day,
    DictionaryCode,
    Email,
    Flag,
    Identifier,
    Instant,
    Kind,
    MoneyKind,
    Quantity,
    Reference,
    TextKind,
    Whole,
)
from crm_api.kit.resource import Resource
from crm_api.kit.writers import WRITERS
from crm_api.setup.custom_fields.definitions import Definition
from crm_api.setup.custom_fields.filtering import fields_of_definition
from crm_api.setup.dictionaries.catalogue import Choice, Dictionary
from crm_api.setup.metadata.labels import of_choice, of_field

# the first that fits
_TYPES: tuple[tuple[type[Kind], str], ...] = (
    (Reference, "reference"),
    (Identifier, "id"),
    (ChoiceKind, "select"),
    (Email, "email"),
    (TextKind, "text"),
    (Day, "date"),
    (Instant, "datetime"),
    (Whole, "integer"),
    (Flag, "boolean"),
    (Quantity, "number"),
    (MoneyKind, "money"),
)
_NOTHING: dict[str, Any] = {
    "description": None,
    "custom": False,
    "active": True,
    "required": False,
    "unique": False,
    "read_only": False,
    "masked": False,
    "default": None,
    "max_length": None,
    "operators": [],
    "sortable": False,
    "choices": None,
    "dictionary_type": None,
    "closed": False,
    "references": None,
    "items": None,
}


def standard_fields(resource: Resource, dictionaries: Mapping[str, Dictionary]) -> list[dict[str, Any]]:
    """The columns of a resource; whoever writes it at all may write those that its bodies take."""
    unique = _unique(resource)
    return [
        {
            **_NOTHING,
            **_named(resource, name, kind),
            **_written(resource, name),
            **_chosen(resource, name, kind, dictionaries),
            "unique": name in unique,
            "max_length": kind.limit if isinstance(kind, TextKind) else None,
            "operators": list(own_fields(resource)[name].operators) if name in own_fields(resource) else [],
            "sortable": name in resource.sorts,
        }
        for name, kind in resource.fields.items()
        if not isinstance(kind, CustomFields)
    ]


def lists(resource: Resource) -> list[dict[str, Any]]:
    """The lists that live with a record."""
    found = []
    for child in resource.children:
        items = [
            {**_named(resource, f"{child.name}.{name}", kind), "name": name}
            for name, kind in child.fields.items()
            if not isinstance(kind, CurrencyKind)
        ]
        english, chinese = of_field(resource.name, child.name)
        shown = {"name": child.name, "type": "list", "label_en": english, "label_zh": chinese, "items": items}
        found.append({**_NOTHING, **shown, **_written(resource, child.name)})
    return found


def custom_field(field: Definition, dictionaries: Mapping[str, Dictionary]) -> dict[str, Any]:
    """A field that the company has defined."""
    choices = list(field.choices(dictionaries).values()) if field.type.chooses else None
    listed = fields_of_definition(field, dictionaries)[f"custom_fields.{field.key}"]
    return {
        **_NOTHING,
        "name": f"custom_fields.{field.key}",
        "type": field.type.value,
        "label_en": field.label_en,
        "label_zh": field.label_zh,
        "description": field.description,
        "custom": True,
        "active": field.active,
        "required": field.required,
        "unique": field.unique,
        "read_only": not field.active,
        "default": field.default,
        "choices": None if choices is None else _shown(choices),
        "dictionary_type": field.dictionary_type,
        "closed": field.type.chooses,
        "references": field.target,
        "operators": list(listed.operators),
        "sortable": listed.ranked() is not None,
    }


def _shown(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    names = ("code", "label_en", "label_zh", "colour", "parent", "is_default", "active")
    return [{name: getattr(choice, name) for name in names} for choice in choices]


def _named(resource: Resource, name: str, kind: Kind) -> dict[str, Any]:
    english, chinese = of_field(resource.name, name)
    return {
        "name": name,
        "type": next((called for known, called in _TYPES if isinstance(kind, known)), "list"),
        "label_en": english,
        "label_zh": chinese,
        "references": kind.resource if isinstance(kind, Reference) else None,
    }


def _written(resource: Resource, name: str) -> dict[str, Any]:
    writer = WRITERS.get(resource.name)
    if writer is None:
        return {"read_only": True}
    create, update = writer.create_schema.model_fields, writer.update_schema.model_fields
    stated = create.get(name) or update.get(name)
    default = create[name].default if name in create else None
    return {
        "read_only": stated is None,
        "required": name in create and create[name].is_required(),
        "description": stated.description if stated else None,
        "default": default if isinstance(default, bool) or (isinstance(default, str) and default) else None,
    }


def _chosen(
    resource: Resource, name: str, kind: Kind, dictionaries: Mapping[str, Dictionary]
) -> dict[str, Any]:
    if isinstance(kind, ChoiceKind):
        labelled = [(str(c), *of_choice(resource.name, name, str(c))) for c in kind.choices]
        choices = [Choice(*labels, colour=None, is_default=False, active=True) for labels in labelled]
        return {"choices": _shown(choices), "closed": True}
    if isinstance(kind, DictionaryCode) and kind.dictionary in dictionaries:
        found = dictionaries[kind.dictionary]
        choices = list(found.choices.values())
        return {
            "type": "select" if found.closed else "text",
            "choices": _shown(choices),
            "dictionary_type": kind.dictionary,
            "closed": found.closed,
        }
    return {}


def _unique(resource: Resource) -> set[str]:
    """The fields that stand in one record at most."""
    found = {"id"}
    for index in table(resource.model).indexes:
        names = [column.key for column in index.columns if column.key != "tenant_id"]
        if index.unique and len(names) == 1:
            found |= set(names)
    return found
