"""Kinds of fields that hold a list: JSON that is stored and read whole, filtered by the values in it."""

from typing import Any, ClassVar

from sqlalchemy import Text, func, literal
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.sql import ColumnElement

from crm_api.kit.kinds import Structure
from crm_api.text import e164, fold_email


class ListKind(Structure):
    """A list is never null: `is_null` asks whether it is empty."""

    operators: ClassVar[tuple[str, ...]] = ("has_any", "has_all", "is_null")
    expected = "a text"
    path: ClassVar[str | None] = "$[*].value"

    def values(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The comparable values of a list, as a JSON array of texts."""
        if self.path is None:
            return column
        return func.jsonb_path_query_array(column, literal(self.path, Text).cast(JSONPATH))


class Texts(ListKind):
    """`["a", "b"]`."""

    path = None


class Accounts(ListKind):
    """`[{kind, value}]`: accounts of messengers."""


class Phones(ListKind):
    """`[{raw, value}]`; compared in E.164."""

    expected = "a phone number"

    def read(self, given: str) -> str:
        found = e164(given)
        if found is None:
            raise ValueError
        return found


class Emails(ListKind):
    """`[{raw, value}]`; compared folded."""

    expected = "an e-mail address"

    def read(self, given: str) -> str:
        found = fold_email(given)
        if found is None:
            raise ValueError
        return found


class ExternalIds(ListKind):
    """`[{source, key}]`; filtered as `source:key` through the table of external ids."""

    operators = ("eq", "ne", "in", "nin", "has_any", "has_all", "is_null")
    expected = "source:key"

    def read(self, given: str) -> str:
        if not all(given.partition(":")):
            raise ValueError
        return given
