"""Custom fields as lists filter by them: through `custom_values`, where every type has an index, never through JSON."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam
from sqlalchemy.types import TypeDecorator

from crm_api.kit.conditions import Field, Ranked, compare
from crm_api.kit.kinds import CurrencyKind, Day, Flag, Identifier, Instant, Kind, MoneyKind, TextKind
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.custom_fields.definitions import DEFINITIONS, Definition, dictionaries_for
from crm_api.setup.custom_fields.kinds import TEXT_LIMIT
from crm_api.setup.custom_fields.models import CustomValue, FieldType
from crm_api.setup.dictionaries.catalogue import Dictionary
from crm_api.setup.remembering import Remembered


class Number(MoneyKind):
    """A decimal, compared in millionths; a whole one may be a JSON number."""

    def accept(self, given: object) -> int:
        whole = isinstance(given, int) and not isinstance(given, bool)
        return super().accept(str(given) if whole else given)  # type: ignore[no-any-return]


class Code(Kind):
    """One of the codes that a definition names, those that take no new records too."""

    def __init__(self, codes: Sequence[str]) -> None:
        self._codes = frozenset(codes)
        self.expected = "one of " + ", ".join(codes[:50]) if codes else "a code"

    def read(self, given: str) -> str:
        if self._codes and given not in self._codes:
            raise ValueError
        return given


class Codes(Code):
    """Several of them."""

    operators: ClassVar[tuple[str, ...]] = ("has_any", "has_all")


class _Midnight(TypeDecorator[Any]):
    """A day, stored as an instant."""

    impl: Any = Date
    cache_ok = True

    def bind_expression(self, bindparam: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.timezone(literal("UTC", Text), cast(bindparam, TIMESTAMP))


class _OneOrNothing(TypeDecorator[Any]):
    """A flag, stored as a number."""

    impl: Any = Boolean
    cache_ok = True

    def bind_expression(self, bindparam: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(cast(bindparam, Integer), BigInteger)


# the column in which a type is compared, the one in which it is sorted, and how a value is bound
_COMPARED: dict[FieldType, tuple[str, str | None, Any]] = {
    FieldType.TEXT: ("text_value", "sort_value", Text()),
    FieldType.NUMBER: ("number_value", "number_value", BigInteger()),
    FieldType.MONEY: ("number_value", "number_value", BigInteger()),
    FieldType.DATE: ("at_value", "at_value", _Midnight()),
    FieldType.DATETIME: ("at_value", "at_value", DateTime(timezone=True)),
    FieldType.BOOLEAN: ("number_value", "number_value", _OneOrNothing()),
    FieldType.SELECT: ("text_value", "text_value", Text()),
    FieldType.MULTI_SELECT: ("text_value", None, Text()),
    FieldType.REFERENCE: ("text_value", None, Text()),
}
_KINDS: dict[FieldType, Kind] = {
    FieldType.TEXT: TextKind(TEXT_LIMIT),
    FieldType.NUMBER: Number(),
    FieldType.MONEY: MoneyKind(),
    FieldType.DATE: Day(),
    FieldType.DATETIME: Instant(),
    FieldType.BOOLEAN: Flag(),
    FieldType.REFERENCE: Identifier(),
}


class CustomField(Field):
    """A field of one company; its statement is that of every field of the type, the field itself is bound."""

    def __init__(
        self, name: str, kind: Kind, field_id: str, column: str, bound: Any, sorted_by: str | None = None
    ) -> None:
        super().__init__(name, kind, (*kind.operators, "is_null"))
        self._id, self._column, self._bound, self._sorted_by = field_id, column, bound, sorted_by

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CustomField) and self._shape() == other._shape()

    def __hash__(self) -> int:
        return hash(self._shape())

    def _shape(self) -> tuple[Any, ...]:
        return self._column, type(self._bound), self._sorted_by

    def ranked(self) -> Ranked | None:
        if self._sorted_by is None:
            return None
        values = scoped(CustomValue, "ranked")
        of_field = values.c.field_id == bindparam("fieldsorted", type_=Uuid(as_uuid=False))
        return Ranked(values, values.c.record_id, values.c[self._sorted_by], of_field)

    def values(self, first: int | str) -> Mapping[str, Any]:
        return {f"field{first}": self._id}

    def present(self, rows: Alias, first: int) -> ColumnElement[bool]:
        found, _ = self._held(first)
        return rows.c.id.in_(found)

    def holds(self, rows: Alias, operator: str, first: int) -> ColumnElement[bool]:
        found, value = self._held(first)
        if operator in ("in", "has_any", "has_all"):
            asked = func.unnest(bindparam(f"f{first}", type_=ARRAY(self._plain()))).column_valued("asked")
            listed = select(self._converted(asked)).scalar_subquery()
            found = found.where(value == func.any(func.array(listed, type_=ARRAY(value.type))))
            if operator == "has_all":
                every = func.cardinality(bindparam(f"f{first}", type_=ARRAY(self._plain())))
                record = found.selected_columns[0]
                found = found.group_by(record).having(func.count() == every)
        else:
            found = found.where(compare(value, self._bound, operator, first))
        return rows.c.id.in_(found)

    def _held(self, first: int) -> tuple[Select[Any], ColumnElement[Any]]:
        """The records that have a value, and the value."""
        values = scoped(CustomValue, "held")
        of_field = values.c.field_id == bindparam(f"field{first}", type_=Uuid(as_uuid=False))
        return select(values.c.record_id).where(of_field), values.c[self._column]

    def _plain(self) -> Any:
        """The type in which a value travels."""
        return (
            self._bound.impl_instance if isinstance(self._bound, _Midnight | _OneOrNothing) else self._bound
        )

    def _converted(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """What travelled, as it is compared."""
        return (
            self._bound.bind_expression(value)
            if isinstance(self._bound, _Midnight | _OneOrNothing)
            else value
        )


def fields_of_definition(field: Definition, dictionaries: Mapping[str, Dictionary]) -> dict[str, CustomField]:
    """What lists can filter by of one definition; an amount has its currency beside it."""
    name = f"custom_fields.{field.key}"
    column, sorted_by, bound = _COMPARED[field.type]
    if field.type.chooses:
        kind: Kind = (Code if field.type is FieldType.SELECT else Codes)(list(field.choices(dictionaries)))
    else:
        kind = _KINDS[field.type]
    found = {name: CustomField(name, kind, field.id, column, bound, sorted_by)}
    if field.type is FieldType.MONEY:
        currency = f"{name}.currency"
        found[currency] = CustomField(currency, CurrencyKind(), field.id, "text_value", Text())
    return found


async def _load(uow: UnitOfWork) -> dict[str, dict[str, CustomField]]:
    definitions = await DEFINITIONS.of(uow)
    dictionaries = await dictionaries_for(
        uow, *(f for fields in definitions.values() for f in fields.values())
    )
    return {
        resource: {
            name: found
            for field in fields.values()
            for name, found in fields_of_definition(field, dictionaries).items()
        }
        for resource, fields in definitions.items()
    }


CATALOGUE: Remembered[dict[str, dict[str, CustomField]]] = Remembered(_load, {})
