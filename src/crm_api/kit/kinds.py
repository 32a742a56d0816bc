"""Field kinds: for each, the SQL type, how a parameter is read, which operators it offers, how a value is shown.

`kit.columns` declares columns with them.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, cast

from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Integer,
    Numeric,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeEngine

from crm_api.kit.ids import as_id
from crm_api.kit.money import MICRO, digits_of
from crm_api.kit.relative import DAYS_BACK, EXAMPLES, HOURS_BACK, pattern
from crm_api.text import fold_email

EQUALITY = ("eq", "ne", "in", "nin")
ORDER = (*EQUALITY, "lt", "lte", "gt", "gte", "between")
TIMES = (*ORDER, "within_last")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
# no more digits than a column holds: the comparable form of money is a bigint
_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)


class Kind:
    """What a field is. `read` raises ValueError for a text that is none."""

    operators: ClassVar[tuple[str, ...]] = EQUALITY
    expected: str = "a text"
    schema: dict[str, Any] = {"type": "string"}

    def type(self) -> TypeEngine[Any]:
        """The SQL type of the column."""
        return Text()

    def read(self, given: str) -> Any:
        """The value that a query parameter writes."""
        return given

    def accept(self, given: object) -> Any:
        """The value that a JSON filter writes."""
        if not isinstance(given, str):
            raise ValueError  # noqa: TRY004  the caller knows one error
        return self.read(given)

    def select(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The column as a scalar that orjson can write."""
        return column

    def show(self, value: Any) -> Any:
        """A stored value as something orjson writes the way the contract shows it."""
        return value


class TextKind(Kind):
    operators = (*EQUALITY, "contains", "starts_with")

    def __init__(self, limit: int) -> None:
        self.limit = limit


class DictionaryCode(TextKind):
    """A code of the data dictionary; free text until the company closes the list."""

    def __init__(self, dictionary: str, limit: int) -> None:
        super().__init__(limit)
        self.dictionary = dictionary


class Email(TextKind):
    """One e-mail address, stored as it is compared; a filter compares it so, too."""

    expected = "an e-mail address"

    def read(self, given: str) -> str:
        return fold_email(given) or given


class Identifier(Kind):
    expected = "a UUID"
    schema = {"type": "string", "format": "uuid"}

    def type(self) -> TypeEngine[Any]:
        return Uuid(as_uuid=False)

    def read(self, given: str) -> str:
        found = as_id(given)
        if found is None:
            raise ValueError
        return found

    def select(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return column.cast(Text)


class Reference(Identifier):
    def __init__(self, resource: str) -> None:
        self.resource = resource


class Choice(Kind):
    def __init__(self, choices: type[StrEnum]) -> None:
        self.choices = choices
        self.expected = "one of " + ", ".join(choices)
        self.schema = {"type": "string", "enum": [str(choice) for choice in choices]}

    def read(self, given: str) -> str:
        return self.choices(given).value


class Day(Kind):
    operators = TIMES
    expected = f"a date, YYYY-MM-DD, or a relative one such as {EXAMPLES}"
    schema = {
        "anyOf": [
            {"type": "string", "format": "date"},
            {"type": "string", "pattern": f"^(?:{pattern(DAYS_BACK)})$"},
        ]
    }

    def type(self) -> TypeEngine[Any]:
        return Date()

    def read(self, given: str) -> date:
        if not _DAY.fullmatch(given):
            raise ValueError
        return date.fromisoformat(given)


class Instant(Kind):
    operators = TIMES
    expected = f"an RFC 3339 instant with a zone, or a relative one such as {EXAMPLES}"
    schema = {
        "anyOf": [
            {"type": "string", "format": "date-time"},
            {"type": "string", "pattern": f"^(?:{pattern(HOURS_BACK)})$"},
        ]
    }

    def type(self) -> TypeEngine[Any]:
        return DateTime(timezone=True)

    def read(self, given: str) -> datetime:
        if not _INSTANT.fullmatch(given):
            raise ValueError
        try:
            return datetime.fromisoformat(given.upper()).astimezone(UTC)
        except OverflowError as error:
            raise ValueError from error


class Whole(Kind):
    operators = ORDER
    expected = "a whole number"
    schema = {"type": "integer", "format": "int64"}

    def type(self) -> TypeEngine[Any]:
        return Integer()

    def read(self, given: str) -> int:
        if not _WHOLE.fullmatch(given):
            raise ValueError
        return int(given)

    def accept(self, given: object) -> int:
        if not isinstance(given, int) or isinstance(given, bool) or abs(given) > 999_999_999:
            raise ValueError
        return given


class Flag(Kind):
    operators = ("eq", "ne")
    expected = "true or false"
    schema = {"type": "boolean"}

    def type(self) -> TypeEngine[Any]:
        return Boolean()

    def read(self, given: str) -> bool:
        if given not in ("true", "false"):
            raise ValueError
        return given == "true"

    def accept(self, given: object) -> bool:
        if not isinstance(given, bool):
            raise ValueError  # noqa: TRY004  the same
        return given


class Quantity(Kind):
    """An exact decimal without a currency."""

    operators = ORDER
    expected = "a decimal number"
    schema = {"type": "string", "format": "decimal"}

    def type(self) -> TypeEngine[Any]:
        return Numeric(18, 6)

    def read(self, given: str) -> Decimal:
        if not _DECIMAL.fullmatch(given):
            raise ValueError
        return Decimal(given)

    def select(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.trim_scale(column).cast(Text)

    def show(self, value: Decimal | None) -> str | None:
        if value is None:
            return None
        shown = format(value, "f")
        return (shown.rstrip("0").rstrip(".") or "0") if "." in shown else shown


class MoneyKind(Kind):
    """An amount; `<name>_currency` beside it holds the currency. Filters and sorts compare the number."""

    operators = ORDER
    expected = "a decimal number with at most 6 digits after the point"
    schema = {"type": "string", "format": "decimal"}

    def type(self) -> TypeEngine[Any]:
        return Numeric(18, 6)

    def read(self, given: str) -> int:
        if not _DECIMAL.fullmatch(given):
            raise ValueError
        return int(Decimal(given) * MICRO)

    def select(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return column.cast(Text)


class CurrencyKind(Kind):
    expected = "an ISO 4217 currency code"

    def read(self, given: str) -> str:
        digits_of(given)
        return given


class Structure(Kind):
    """JSON that is stored and read whole; it offers no filter of its own."""

    operators: ClassVar[tuple[str, ...]] = ()

    def type(self) -> TypeEngine[Any]:
        return JSONB()

    def select(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return column.cast(Text)


class CustomFields(Structure):
    """`{key: value}` of the fields that the company has defined itself."""


def kind_of(column: Any) -> Kind:
    """The kind a column was declared with."""
    return cast("Kind", column.info["kind"])


class Path(Kind):
    """Ids from the top of a tree down to the row."""

    operators = ()

    def type(self) -> TypeEngine[Any]:
        return ARRAY(Uuid(as_uuid=False))

    def select(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return column.cast(ARRAY(Text))
