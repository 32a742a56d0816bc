"""The verbs of the data dictionary."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit.errors import Conflict, Invalid
from crm_api.kit.kinds import DictionaryCode
from crm_api.kit.registries import RESOURCES, ask_gates
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.dictionaries.catalogue import DICTIONARIES, not_a_choice
from crm_api.setup.dictionaries.defaults import DEFAULTS
from crm_api.setup.dictionaries.errors import DictionaryItemRequired, ParentOfOtherList
from crm_api.setup.dictionaries.models import OTHER, DictionaryItem
from crm_api.setup.dictionaries.repository import DictionaryRepository
from crm_api.setup.remembering import change_setup

STEP, AFTER_DEFAULTS, LAST = 10, 100, 1000


class DictionaryService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = DictionaryRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new choice; one list holds a code once and has one default."""
        types = await DICTIONARIES.fresh(self.uow)
        if given["type"] not in types:
            raise Invalid(faults=[not_a_choice("/type", sorted(types))])
        await change_setup(self.uow)
        item = DictionaryItem.new(**{"position": AFTER_DEFAULTS, **given})
        return await self._saved(item, await self._repository.add(item))

    async def update(self, dictionary_item_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps. Records keep a code that is deactivated; new ones cannot choose it."""
        item = await self._repository.load(dictionary_item_id)
        item.apply(given)
        if item.required and not item.active:
            raise DictionaryItemRequired
        await change_setup(self.uow)
        return await self._saved(item, await self._repository.save(item))

    async def delete(self, dictionary_item_id: str) -> None:
        """For good, unless a record holds its code or another choice stands below it."""
        item = await self._repository.load(dictionary_item_id)
        if item.required:
            raise DictionaryItemRequired
        await change_setup(self.uow)
        for resource in RESOURCES.values():
            for name, kind in resource.fields.items():
                bound = isinstance(kind, DictionaryCode) and kind.dictionary == item.type
                if bound and await self._repository.is_held(resource, name, item.code):
                    raise Conflict("in_use")
        await ask_gates("dictionary_items.remove", self.uow, item)
        await self._repository.remove(item)

    async def check(self, type_: str, code: str, pointer: str) -> None:
        """A code that is no active choice of its list is Invalid at `pointer`."""
        choices = await self._repository.choices(type_)
        if code not in choices:
            raise Invalid(faults=[not_a_choice(pointer, choices)])

    async def _saved(self, item: DictionaryItem, saved: dict[str, Any]) -> dict[str, Any]:
        if "parent_id" in item.changes() and item.parent_id is not None:
            other = await self._repository.type_of(item.parent_id) != item.type
            if other or await self._repository.is_circular(item, "parent_id"):
                raise ParentOfOtherList
        return saved


async def found_dictionary(uow: UnitOfWork, _: str, __: Mapping[str, Any]) -> None:
    """A new company starts with the default choices."""
    repository = DictionaryRepository(uow)
    for type_, items in DEFAULTS.items():
        for place, (code, english, chinese) in enumerate(items, 1):
            await repository.add(
                DictionaryItem.new(
                    type=type_,
                    code=code,
                    label_en=english,
                    label_zh=chinese,
                    position=LAST if code == OTHER else place * STEP,
                )
            )
