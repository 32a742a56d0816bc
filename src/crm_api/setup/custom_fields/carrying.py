"""What of a record's custom fields goes along when it becomes another one."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit.principal import Right
from crm_api.kit.references import visible_ids
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.custom_fields.definitions import dictionaries_for, fields_of

_FIELD = "custom_fields"


async def carried(
    uow: UnitOfWork, held: Mapping[str, Any], source: Resource, target: Resource
) -> dict[str, Any]:
    """The values of a record that fields of the same key and type on another resource take.

    Left behind is what the caller may not see here or write there, a choice that there is none of, and a reference to
    what the caller does not see.
    """
    if not held:
        return {}
    mine, theirs = await fields_of(uow, source.name, {}), await fields_of(uow, target.name, {})
    hidden = uow.principal.unreadable(source.name)
    common = {
        key: theirs[key]
        for key in held.keys() & mine.keys() & theirs.keys()
        if (mine[key].type, mine[key].target) == (theirs[key].type, theirs[key].target)
        and theirs[key].active
        and hidden.isdisjoint({_FIELD, f"{_FIELD}.{key}"})
        and _right(uow, target, key) is None
    }
    dictionaries = await dictionaries_for(uow, *common.values())
    return {
        key: held[key]
        for key, field in sorted(common.items())
        if not field.read(held[key], "", dictionaries)[1] and await _is_seen(uow, field.target, held[key])
    }


async def _is_seen(uow: UnitOfWork, target: str | None, value: Any) -> bool:
    return target is None or bool(await visible_ids(uow, RESOURCES[target], {value}))


def _right(uow: UnitOfWork, resource: Resource, key: str) -> Right | None:
    rights = uow.principal.restrictions.get(resource.name, {})
    return rights.get(f"{_FIELD}.{key}") or rights.get(_FIELD)
