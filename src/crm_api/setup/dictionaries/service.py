"""The verbs of the data dictionary."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit.errors import Invalid
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.dictionaries.defaults import DEFAULTS
from crm_api.setup.dictionaries.errors import DictionaryItemRequired
from crm_api.setup.dictionaries.models import OTHER, DictionaryItem, DictionaryType
from crm_api.setup.dictionaries.repository import DictionaryRepository

STEP, AFTER_DEFAULTS, LAST = 10, 100, 1000


class DictionaryService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._repository = DictionaryRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new choice; one list holds a code once."""
        item = DictionaryItem.new(**{"position": AFTER_DEFAULTS, **given})
        return await self._repository.add(item)

    async def update(self, dictionary_item_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps. Records keep a code that is deactivated; new ones cannot choose it."""
        item = await self._repository.load(dictionary_item_id)
        item.apply(given)
        if item.required and not item.active:
            raise DictionaryItemRequired
        return await self._repository.save(item)

    async def check(self, type_: DictionaryType, code: str, pointer: str) -> None:
        """A code that is no active choice of its list is Invalid at `pointer`."""
        choices = await self._repository.choices(type_)
        if code not in choices:
            raise Invalid.at(pointer, "not_a_choice", choices=", ".join(choices))


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
