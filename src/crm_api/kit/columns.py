"""The columns of mapped classes: each function is named after the kind of field it declares.

The kind rides on the column (`info`) and drives filters, sorting, cursors, diffs and OpenAPI.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Computed, Text, text
from sqlalchemy.orm import mapped_column

from crm_api.kit import lists
from crm_api.kit.inner_kinds import Digest, Grams, Micros
from crm_api.kit.kinds import (
    Choice,
    CurrencyKind,
    CustomFields,
    Day,
    DictionaryCode,
    Email,
    Flag,
    Identifier,
    Instant,
    Kind,
    MoneyKind,
    Path,
    Quantity,
    Reference,
    Structure,
    TextKind,
    Whole,
)


def _column(
    kind: Kind,
    *,
    null: bool = False,
    default: Any = None,
    internal: bool = False,
    server_owned: bool = False,
    **options: Any,
) -> Any:
    info = {"kind": kind, "default": default, "internal": internal, "server_owned": server_owned}
    return mapped_column(kind.type(), nullable=null, info=info, **options)


def identifier(**options: Any) -> Any:
    """A UUID."""
    return _column(Identifier(), **options)


def reference(resource: str, **options: Any) -> Any:
    """The id of a row of another resource; the foreign key is declared beside the table."""
    return _column(Reference(resource), **options)


def line(limit: int = 200, **options: Any) -> Any:
    """A text of at most `limit` characters."""
    return _column(TextKind(limit), **options)


def dictionary_code(dictionary: str, limit: int = 63, **options: Any) -> Any:
    """A code of one list of the data dictionary."""
    return _column(DictionaryCode(dictionary, limit), **options)


def email(**options: Any) -> Any:
    """An e-mail address, folded by `text.fold_email`."""
    return _column(Email(254), **options)


def choice(choices: type[StrEnum], **options: Any) -> Any:
    """One of a closed set; the table carries the CHECK."""
    return _column(Choice(choices), **options)


def day(**options: Any) -> Any:
    """A calendar date without zone."""
    return _column(Day(), **options)


def instant(**options: Any) -> Any:
    """A moment, UTC."""
    return _column(Instant(), **options)


def integer(**options: Any) -> Any:
    """A whole number."""
    return _column(Whole(), **options)


def flag(**options: Any) -> Any:
    """True or false."""
    return _column(Flag(), **options)


def quantity(**options: Any) -> Any:
    """A decimal number."""
    return _column(Quantity(), **options)


def money(**options: Any) -> Any:
    """The amount of a money field; declare `currency()` and `micros()` beside it."""
    return _column(MoneyKind(), **options)


def currency(**options: Any) -> Any:
    """The currency of the money field whose name this column extends."""
    return _column(CurrencyKind(), **options)


def structure(**options: Any) -> Any:
    """JSON."""
    return _column(Structure(), **options)


def external_ids(**options: Any) -> Any:
    """The keys under which other systems know the row."""
    return _column(lists.ExternalIds(), default=list, **options)


def texts(**options: Any) -> Any:
    """A list of texts."""
    return _column(lists.Texts(), default=list, **options)


def phones() -> Any:
    """Phone numbers, as `kit.contact_points.Phone` makes them."""
    return _column(lists.Phones(), default=list)


def emails() -> Any:
    """E-mail addresses, as `kit.contact_points.Email` makes them."""
    return _column(lists.Emails(), default=list)


def accounts() -> Any:
    """Accounts elsewhere: `[{kind, value}]`."""
    return _column(lists.Accounts(), default=list)


def custom_fields(**options: Any) -> Any:
    """The values of the fields that the company has defined."""
    return _column(CustomFields(), default=dict, **options)


def sort_text(limit: int = 200, *, null: bool = False) -> Any:
    """A text in byte order (COLLATE "C"), such as a sort key made by `text.sort_key`."""
    default = None if null else ""
    info = {"kind": TextKind(limit), "internal": True, "default": default, "server_owned": True}
    return mapped_column(Text(collation="C"), nullable=null, info=info)


def generated(expression: str, kind: Kind) -> Any:
    """A stored generated column: what a keyset compares when the field itself may be null (absent is greatest)."""
    return mapped_column(
        kind.type(),
        Computed(text(expression), persisted=True),
        nullable=False,
        info={"kind": kind, "internal": True},
    )


def micros(amount: str) -> Any:
    """The comparable form of a money column; absent is greatest."""
    return generated(f"coalesce(({amount} * 1000000)::bigint, 9223372036854775807)", Micros())


def day_or_last(day_column: str) -> Any:
    """The comparable form of a date that may be null; absent is greatest."""
    return generated(f"coalesce({day_column}, '9999-12-31'::date)", Day())


def instant_or_last(column: str) -> Any:
    """The comparable form of a moment that may be null; absent is greatest."""
    return generated(f"coalesce({column}, '9999-12-31 23:59:59.999999+00'::timestamptz)", Instant())


def choices_check(column: str, choices: Sequence[str]) -> str:
    """The CHECK expression of a choice column."""
    return f"{column} IN ({', '.join(repr(str(item)) for item in choices)})"


def path() -> Any:
    """The way from the top of a tree to the row, itself included."""
    return _column(Path(), default=list, server_owned=True)


def grams() -> Any:
    """An array of search grams."""
    return _column(Grams(), internal=True, default=list)


def digest() -> Any:
    """What is stored of a secret."""
    return _column(Digest(), internal=True)


def sealed(*, null: bool = False) -> Any:
    """A secret as `crm_api.encryption` seals it."""
    return _column(Digest(), null=null, internal=True)
