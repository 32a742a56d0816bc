"""The fields that a company has defined, as columns are mapped to them: `custom_fields.<key>`."""

from collections.abc import Mapping

from crm_api.integrations.imports.fields import CUSTOM, Target
from crm_api.kit.kinds import CurrencyKind, Day, Flag, Instant, Kind, MoneyKind, Quantity, Reference
from crm_api.kit.resource import Resource
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.custom_fields.definitions import Definition, dictionaries_for, fields_of
from crm_api.setup.custom_fields.models import FieldType
from crm_api.setup.dictionaries.catalogue import Dictionary
from crm_api.text import fold

_KINDS: Mapping[FieldType, Kind] = {
    FieldType.NUMBER: Quantity(),
    FieldType.MONEY: MoneyKind(),
    FieldType.DATE: Day(),
    FieldType.DATETIME: Instant(),
    FieldType.BOOLEAN: Flag(),
}


async def custom_targets(uow: UnitOfWork, resource: Resource) -> dict[str, Target]:
    """Name → target of every field in use; a choice is read by its code or by a label in either language."""
    if not resource.customised:
        return {}
    fields = [field for field in (await fields_of(uow, resource.name, {})).values() if field.active]
    dictionaries = await dictionaries_for(uow, *fields)
    found = {}
    for field in fields:
        target = _target(field, dictionaries)
        found[target.name] = target
        if isinstance(target.kind, MoneyKind):
            found[f"{target.name}.currency"] = Target(f"{target.name}.currency", CurrencyKind())
    return found


def _target(field: Definition, dictionaries: Mapping[str, Dictionary]) -> Target:
    kind = Reference(field.target) if field.target else _KINDS.get(field.type)
    codes = {
        fold(text): code
        for code, choice in field.choices(dictionaries).items()
        for text in (choice.label_zh, choice.label_en, code)
    }
    return Target(
        f"{CUSTOM}{field.key}",
        kind,
        field.target,
        labels=(field.key, field.label_en, field.label_zh),
        codes=codes if field.type.chooses else None,
        several=field.type is FieldType.MULTI_SELECT,
        unique=field.unique,
    )
