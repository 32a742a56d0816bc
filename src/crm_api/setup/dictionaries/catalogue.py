"""The data dictionary as other packages ask it: which codes a list has, and what its fields may hold."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.kinds import DictionaryCode
from crm_api.kit.resource import Resource
from crm_api.kit.rules import Rule
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.dictionaries.repository import DictionaryRepository
from crm_api.setup.remembering import Remembered
from crm_api.text import fold

NAMED = 50


class Choice(NamedTuple):
    """A code and how people read it; `parent` is the code above it."""

    code: str
    label_en: str
    label_zh: str
    colour: str | None
    is_default: bool
    active: bool
    parent: str | None = None


class Dictionary(NamedTuple):
    """One list; a closed one decides what the fields bound to it may hold."""

    closed: bool
    choices: Mapping[str, Choice]

    @property
    def active(self) -> list[str]:
        """The codes that may be written."""
        return [choice.code for choice in self.choices.values() if choice.active]

    def code_of(self, text: str) -> str | None:
        """The code that a text means: the code itself, or a label in either language."""
        if text in self.choices:
            return text
        meant = fold(text.strip())
        for choice in self.choices.values():
            if meant in (fold(choice.code), fold(choice.label_en), fold(choice.label_zh)):
                return choice.code
        return None


async def _load(uow: UnitOfWork) -> dict[str, Dictionary]:
    found: dict[str, tuple[bool, dict[str, Choice]]] = {}
    for row in await DictionaryRepository(uow).everything():
        _, choices = found.setdefault(row.pop("type"), (row.pop("closed"), {}))
        if row["code"] is not None:
            choices[row["code"]] = Choice(**row)
    return {type_: Dictionary(closed, choices) for type_, (closed, choices) in found.items()}


DICTIONARIES: Remembered[dict[str, Dictionary]] = Remembered(_load, {})


async def code_of(uow: UnitOfWork, dictionary: str, text: str) -> str | None:
    """The code of a list that a code or a label in either language means; None when nothing does."""
    found = (await DICTIONARIES.fresh(uow)).get(dictionary)
    return found.code_of(text) if found else None


def not_a_choice(pointer: str, codes: list[str]) -> Fault:
    """The fault of a value outside a list, naming the first choices."""
    more = " …" if len(codes) > NAMED else ""
    return Fault("pointer", pointer, "not_a_choice", {"choices": ", ".join(codes[:NAMED]) + more})


class ClosedLists(Rule):
    """A field bound to a closed list with active items takes one of their codes; what a record holds already stays."""

    async def before(self, uow: UnitOfWork, resource: Resource, row: Any) -> None:
        bound, now, before = _bound(resource), row.__dict__, row.__dict__["_loaded"] or {}
        given = {
            name: code for name in bound if (code := now.get(name)) is not None and code != before.get(name)
        }
        if not given:
            return
        dictionaries = await DICTIONARIES.of(uow)
        faults = [
            not_a_choice(f"/{name}", found.active)
            for name, code in given.items()
            if (found := dictionaries.get(bound[name]))
            and found.closed
            and found.active
            and code not in found.active
        ]
        if faults:
            raise Invalid(faults=faults)


@cache
def _bound(resource: Resource) -> dict[str, str]:
    """Field → the dictionary it takes its codes from."""
    return {
        name: kind.dictionary for name, kind in resource.fields.items() if isinstance(kind, DictionaryCode)
    }
