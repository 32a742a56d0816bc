"""The verbs of custom fields."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit.errors import Conflict, Fault, Invalid
from crm_api.kit.registries import RESOURCES
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.custom_fields.definitions import definition_of, dictionaries_for
from crm_api.setup.custom_fields.errors import BadDefinition
from crm_api.setup.custom_fields.models import CustomField, FieldType
from crm_api.setup.custom_fields.repository import CustomFieldRepository
from crm_api.setup.dictionaries.catalogue import DICTIONARIES, not_a_choice
from crm_api.setup.dictionaries.models import DictionaryItem
from crm_api.setup.remembering import change_setup

LIMIT = 200
_OPTION = {"code": "", "label_en": "", "label_zh": "", "colour": None, "active": True}


class CustomFieldService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = CustomFieldRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new field; records that exist have no value of it. A resource has at most 200."""
        field = CustomField.new(**given)
        customised = [name for name, resource in RESOURCES.items() if resource.customised]
        if field.resource not in customised:
            raise Invalid.at("/resource", "not_a_choice", choices=", ".join(customised))
        await self._settle(field)
        await change_setup(self.uow)
        if await self._repository.count(field.resource) >= LIMIT:
            raise Invalid.at("/resource", "too_many", limit=LIMIT)
        return await self._repository.add(field)

    async def update(self, custom_field_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps. Records keep the values of a field that takes no more."""
        field = await self._repository.load(custom_field_id)
        before = {option["code"] for option in field.options}
        field.apply(given)
        await self._settle(field)
        await change_setup(self.uow)
        gone = sorted(before - {option["code"] for option in field.options})
        if gone and await self._repository.held_codes([field.id], gone):
            raise Conflict("option_in_use", faults=[Fault("pointer", "/options", "option_in_use")])
        return await self._repository.save(field)

    async def delete(self, custom_field_id: str) -> None:
        """For good, unless a record has a value of it, a deleted one too."""
        field = await self._repository.load(custom_field_id)
        await change_setup(self.uow)
        await self._repository.remove(field)

    async def _settle(self, field: CustomField) -> None:
        """Refuse what contradicts itself; options are complete, the default becomes what records hold."""
        field.options = [
            {name: option.get(name, usual) for name, usual in _OPTION.items()} for option in field.options
        ]
        faults = _contradictions(field)
        if faults:
            raise BadDefinition(faults)
        if field.dictionary_type is not None:
            await self._demand_dictionary(field.dictionary_type)
        if field.default is None:
            return
        definition = definition_of(field.__dict__)
        dictionaries = await dictionaries_for(self.uow, definition)
        field.default, faults = definition.read(field.default, "/default", dictionaries)
        if faults:
            raise BadDefinition(faults)

    async def _demand_dictionary(self, type_: str) -> None:
        types = await DICTIONARIES.fresh(self.uow)
        if type_ not in types:
            raise BadDefinition([not_a_choice("/dictionary_type", sorted(types))])


def _contradictions(field: CustomField) -> list[Fault]:
    type_ = FieldType(field.type)
    refers = type_ is FieldType.REFERENCE
    given = {
        "options": (bool(field.options), type_.chooses),
        "dictionary_type": (field.dictionary_type is not None, type_.chooses and not field.options),
        "target": (field.target is not None, refers),
        "default": (field.default is not None, not refers),
    }
    faults = [
        Fault("pointer", f"/{name}", "not_of_type")
        for name, (is_given, fits) in given.items()
        if is_given and not fits
    ]
    if refers and field.target is None:
        faults.append(Fault("pointer", "/target", "required"))
    elif refers and field.target not in RESOURCES:
        faults.append(Fault("pointer", "/target", "not_a_choice", {"choices": ", ".join(RESOURCES)}))
    if type_.chooses and not field.options and field.dictionary_type is None:
        faults.append(Fault("pointer", "/options", "required"))
    if field.unique and not type_.can_be_unique:
        faults.append(Fault("pointer", "/unique", "cannot_be_unique"))
    codes = [option["code"] for option in field.options]
    faults += [
        Fault("pointer", f"/options/{i}/code", "repeated_choice")
        for i, code in enumerate(codes)
        if code in codes[:i]
    ]
    return faults


async def keep_chosen_code(uow: UnitOfWork, item: DictionaryItem) -> None:
    """A gate: a code of the data dictionary that a custom field holds is not removed."""
    repository = CustomFieldRepository(uow)
    fields = await repository.choosing_from(item.type)
    if fields and await repository.held_codes(fields, [item.code]):
        raise Conflict("in_use")
