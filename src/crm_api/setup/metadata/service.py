"""Objects as they are shown to one caller of one company."""

from typing import Any

from crm_api.kit.errors import NotFound
from crm_api.kit.principal import Reach, Right
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.custom_fields.definitions import DEFINITIONS
from crm_api.setup.dictionaries.catalogue import DICTIONARIES
from crm_api.setup.metadata.describing import custom_field, lists, standard_fields
from crm_api.setup.metadata.labels import of_object


def list_all(uow: UnitOfWork) -> dict[str, Any]:
    """The types of objects that the caller may read."""
    readable = [found for found in RESOURCES.values() if uow.principal.reach(found.read)]
    return {"data": [_summary(resource) for resource in readable]}


async def get(uow: UnitOfWork, name: str) -> dict[str, Any]:
    """One type of object, by its name or, as changes name it, in the singular; unreadable is NotFound like unknown."""
    principal = uow.principal
    resource = next((found for found in RESOURCES.values() if name in (found.name, found.singular)), None)
    if resource is None or not principal.reach(resource.read):
        raise NotFound
    dictionaries = await DICTIONARIES.fresh(uow)
    definitions = (await DEFINITIONS.of(uow)).get(resource.name, {})
    rights = principal.restrictions.get(resource.name, {})
    all_custom = rights.get("custom_fields")
    fields = [
        *standard_fields(resource, dictionaries),
        *lists(resource),
        *(custom_field(definition, dictionaries) for definition in definitions.values()),
    ]
    writes = principal.reach(resource.create) or principal.reach(resource.update)
    shown = []
    for field in fields:
        right = rights.get(field["name"]) or (all_custom if field["custom"] else None)
        if right is Right.HIDDEN:
            continue
        field["masked"] = right is Right.MASKED
        field["read_only"] = field["read_only"] or right is not None or not writes
        if field["masked"]:
            field |= {"operators": [], "sortable": False}
        shown.append(field)
    return {
        **_summary(resource),
        "fields": shown,
        "sorts": [field["name"] for field in shown if field["sortable"]],
        "default_sort": resource.default_sort,
        "actions": [
            {"action": permission.action, "reach": reach.name.lower()}
            for permission, reach in sorted(principal.reaches.items())
            if permission.resource == resource.name and reach is not Reach.NONE
        ],
    }


def _summary(resource: Resource) -> dict[str, Any]:
    english, chinese = of_object(resource.name)
    return {
        "type": resource.name,
        "singular": resource.singular,
        "label_en": english,
        "label_zh": chinese,
        "path": f"/api/v1/{resource.name.replace('_', '-')}",
        "customisable": resource.customised,
    }
