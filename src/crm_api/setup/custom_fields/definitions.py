"""The fields that a company has defined, remembered per process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm_api.kit.errors import Fault
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.custom_fields.kinds import choice_faults, read
from crm_api.setup.custom_fields.models import FieldType
from crm_api.setup.custom_fields.repository import CustomFieldRepository
from crm_api.setup.dictionaries.catalogue import DICTIONARIES, Choice, Dictionary
from crm_api.setup.remembering import Remembered


@dataclass(frozen=True, slots=True)
class Definition:
    """One field of one resource."""

    id: str
    key: str
    type: FieldType
    label_en: str
    label_zh: str
    description: str | None
    required: bool
    unique: bool
    default: Any
    options: tuple[Choice, ...]
    dictionary_type: str | None
    target: str | None
    active: bool

    def choices(self, dictionaries: Mapping[str, Dictionary]) -> dict[str, Choice]:
        """What it may be chosen from, by code, in order."""
        if self.dictionary_type is not None:
            found = dictionaries.get(self.dictionary_type)
            return dict(found.choices) if found else {}
        return {option.code: option for option in self.options}

    def read(
        self, given: object, pointer: str, dictionaries: Mapping[str, Dictionary]
    ) -> tuple[Any, list[Fault]]:
        """A value of a body as records hold it, or what is wrong with it; an empty list is no value."""
        held, faults = read(self.type, given, pointer)
        if not faults and self.type.chooses:
            codes = [choice.code for choice in self.choices(dictionaries).values() if choice.active]
            faults = choice_faults(self.type, held, codes, pointer)
        return (None if held == [] else held), faults


def definition_of(row: Mapping[str, Any]) -> Definition:
    """A definition from the columns of its row."""
    plain = {name: row[name] for name in Definition.__slots__ if name not in ("type", "options")}
    options = tuple(Choice(**option, is_default=False) for option in row["options"])
    return Definition(type=FieldType(row["type"]), options=options, **plain)


async def _load(uow: UnitOfWork) -> dict[str, dict[str, Definition]]:
    found: dict[str, dict[str, Definition]] = {}
    for row in await CustomFieldRepository(uow).everything():
        found.setdefault(row["resource"], {})[row["key"]] = definition_of(row)
    return found


DEFINITIONS: Remembered[dict[str, dict[str, Definition]]] = Remembered(_load, {})


async def fields_of(uow: UnitOfWork, resource: str, named: Mapping[str, Any]) -> dict[str, Definition]:
    """The fields of a resource by key; asked again when one of `named` is not among those remembered."""
    found = (await DEFINITIONS.of(uow)).get(resource, {})
    if named.keys() - found.keys():
        found = (await DEFINITIONS.fresh(uow)).get(resource, {})
    return found


async def dictionaries_for(uow: UnitOfWork, *fields: Definition) -> Mapping[str, Dictionary]:
    """The data dictionary, if one of some fields chooses from it."""
    if any(field.dictionary_type is not None for field in fields):
        return (
            await DICTIONARIES.fresh(uow) if uow.principal.setup_version == 0 else await DICTIONARIES.of(uow)
        )
    return {}
