"""What a value of each type is: how a body writes it, how records hold it, and what of it is compared.

Records hold JSON in one canonical form, so that equal values are equal texts.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from crm_api.kit.errors import Fault
from crm_api.kit.faults import problem_of
from crm_api.kit.money import MICRO, as_json
from crm_api.kit.schemas import Day, Flag, Id, Instant, Money, Quantity
from crm_api.setup.custom_fields.models import FieldType
from crm_api.setup.dictionaries.catalogue import not_a_choice
from crm_api.text import sort_key

TEXT_LIMIT, CHOICES_LIMIT = 500, 100
_NOTHING = dict.fromkeys(("text_value", "sort_value", "number_value", "at_value"))
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LIMIT)]
_ADAPTERS: dict[FieldType, TypeAdapter[Any]] = {
    FieldType.TEXT: TypeAdapter(_Text),
    FieldType.NUMBER: TypeAdapter(Quantity),
    FieldType.MONEY: TypeAdapter(Money),
    FieldType.DATE: TypeAdapter(Day),
    FieldType.DATETIME: TypeAdapter(Instant),
    FieldType.BOOLEAN: TypeAdapter(Flag),
    FieldType.SELECT: TypeAdapter(str),
    FieldType.MULTI_SELECT: TypeAdapter(Annotated[list[str], Field(max_length=CHOICES_LIMIT)]),
    FieldType.REFERENCE: TypeAdapter(Id),
}


def read(type_: FieldType, given: object, pointer: str) -> tuple[Any, list[Fault]]:
    """A value of a body as records hold it, or what is wrong with it."""
    try:
        return _held(_ADAPTERS[type_].validate_python(given)), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return None, list(problem_of(found, prefix=pointer).faults)


def choice_faults(type_: FieldType, held: Any, codes: list[str], pointer: str) -> list[Fault]:
    """Choices that are none of `codes`, or are there twice."""
    if type_ is FieldType.SELECT:
        return [] if held in codes else [not_a_choice(pointer, codes)]
    unknown = [not_a_choice(f"{pointer}/{i}", codes) for i, code in enumerate(held) if code not in codes]
    return unknown + [
        Fault("pointer", f"{pointer}/{i}", "repeated_choice")
        for i, code in enumerate(held)
        if code in held[:i]
    ]


def compared(type_: FieldType, held: Any) -> list[dict[str, Any]]:
    """The columns of `custom_values` that a value fills; one entry but for a multi-select."""
    match type_:
        case FieldType.TEXT:
            found = {"text_value": held, "sort_value": sort_key(held)}
        case FieldType.NUMBER:
            found = {"number_value": int(Decimal(held) * MICRO)}
        case FieldType.MONEY:
            found = {"number_value": int(Decimal(held["amount"]) * MICRO), "text_value": held["currency"]}
        case FieldType.DATE:
            found = {"at_value": datetime.combine(date.fromisoformat(held), time(), UTC)}
        case FieldType.DATETIME:
            found = {"at_value": datetime.fromisoformat(held)}
        case FieldType.BOOLEAN:
            found = {"number_value": int(held)}
        case FieldType.MULTI_SELECT:
            return [{**_NOTHING, "text_value": code} for code in held]
        case _:
            found = {"text_value": held}
    return [{**_NOTHING, **found}]


def unique_key(held: Any) -> str:
    """The text by which two values of a unique field are the same."""
    return f"{held['amount']} {held['currency']}" if isinstance(held, Mapping) else str(held)


def _held(value: Any) -> Any:
    if isinstance(value, Money):
        return as_json(value.amount, value.currency)
    if isinstance(value, Decimal):
        text = format(value, "f")
        return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
