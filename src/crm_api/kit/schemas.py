"""The strict base of every body, and the field types of the contract.

Unknown keys are refused, numbers are not read from text nor text from numbers, dates exist, texts can be stored.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, NoReturn

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from crm_api.kit.ids import as_id
from crm_api.kit.money import digits_of

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_WHOLE_DIGITS, _FRACTION_DIGITS = 12, 6


class Schema(BaseModel):
    """A body or a part of it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, validate_default=False)

    def given(self) -> dict[str, Any]:
        """What the client sent, absent keys left out, money spread over its two columns."""
        return spread({name: getattr(self, name) for name in self.model_fields_set})


def spread(values: Mapping[str, Any]) -> dict[str, Any]:
    """Schema values as columns: money in two, contact points, external ids and lines as plain structures."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Money):
            found[name], found[f"{name}_currency"] = value.amount, value.currency
        elif isinstance(value, Schema):
            found[name] = value.model_dump()
        elif isinstance(value, list):
            found[name] = [item.given() if isinstance(item, Schema) else item for item in value]
        else:
            found[name] = value
    return found


def clear_money(values: dict[str, Any], *names: str) -> dict[str, Any]:
    """A money field set to null clears its currency too."""
    return {
        **values,
        **{f"{name}_currency": None for name in names if name in values and values[name] is None},
    }


def fail(code: str, **params: Any) -> NoReturn:
    raise PydanticCustomError(code, "{code}", {"code": code, **params})


def _id(value: object) -> object:
    found = as_id(value) if isinstance(value, str) else None
    return found or fail("invalid_id")


def _day(value: object) -> object:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        fail("invalid_date")
    try:
        return date.fromisoformat(value)
    except ValueError:
        fail("invalid_date")


def _instant(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        fail("invalid_instant")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        fail("invalid_instant")


def _decimal(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return _amount(value)


def _amount(value: object) -> object:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value) or not value.isascii():
        fail("invalid_decimal")
    whole, _, fraction = value.lstrip("-").partition(".")
    if len(whole.lstrip("0")) > _WHOLE_DIGITS:
        fail("out_of_range", expected=f"-10^{_WHOLE_DIGITS} … 10^{_WHOLE_DIGITS}")
    if len(fraction) > _FRACTION_DIGITS:
        fail("too_precise", limit=_FRACTION_DIGITS)
    return Decimal(value) + 0  # zero has no sign


def _currency(value: object) -> object:
    try:
        digits_of(value if isinstance(value, str) else "")
    except ValueError:
        fail("currency_unknown")
    return value


def _flag(value: object) -> object:
    return value if isinstance(value, bool) else fail("wrong_type", expected="true or false")


def _whole(value: object) -> object:
    return (
        value
        if isinstance(value, int) and not isinstance(value, bool)
        else fail("wrong_type", expected="a whole number")
    )


_DECIMAL_SCHEMA = {
    "type": "string",
    "format": "decimal",
    "maxLength": 20,
    "pattern": r"^-?\d{1,12}(\.\d{1,6})?$",
    "examples": ["199.90"],
}
_written = PlainSerializer(lambda value: format(value, "f"), return_type=str)

Id = Annotated[
    str,
    BeforeValidator(_id),
    WithJsonSchema(
        {"type": "string", "format": "uuid", "examples": ["01930b2e-6f00-7000-8000-000000000001"]}
    ),
]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-01-31"]}),
]
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-01-31T09:30:00Z"]}),
]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
Whole = Annotated[int, BeforeValidator(_whole)]
Quantity = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    _written,
    WithJsonSchema({"anyOf": [_DECIMAL_SCHEMA, {"type": "integer"}], "examples": ["1"]}, mode="validation"),
    WithJsonSchema(_DECIMAL_SCHEMA, mode="serialization"),
]
Amount = Annotated[Decimal, BeforeValidator(_amount), _written, WithJsonSchema(_DECIMAL_SCHEMA)]
Currency = Annotated[
    str,
    BeforeValidator(_currency),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$", "maxLength": 3, "examples": ["CNY"]}),
]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ShortLine = Annotated[str, StringConstraints(min_length=1, max_length=63)]
Prose = Annotated[str, StringConstraints(max_length=10_000)]


class Money(Schema):
    """An exact amount in one ISO 4217 currency, e.g. 199.90 CNY; never a JSON number."""

    amount: Amount = Field(description="Exact decimal as text, at most 6 digits after the point.")
    currency: Currency = Field(description="ISO 4217 code.")


class ExternalIdSchema(Schema):
    """The key of this record in another system."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=63, pattern=r"^[A-Za-z0-9_.-]+$")] = (
        Field(description="The other system.", examples=["erp"])
    )
    key: Annotated[str, StringConstraints(min_length=1, max_length=255)] = Field(
        description="The record's key there.", examples=["4711"]
    )


ExternalIds = Annotated[list[ExternalIdSchema], Field(max_length=20)]


CUSTOM_VALUE = {
    "anyOf": [
        {"type": "string"},
        {"type": "integer"},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "description": "Money.", "additionalProperties": {"type": "string"}},
        {"type": "null"},
    ]
}
CustomFields = Annotated[
    dict[str, Any],
    Field(max_length=200),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": CUSTOM_VALUE,
            "examples": [{}],
        }
    ),
]
CUSTOM_FIELDS = "Values of the fields that your company has defined (`/custom-fields`), by their keys"


class RecordRead(Schema):
    """What every record says of itself."""

    id: Id = Field(description="UUID of the record.")
    created_at: Instant = Field(description="When it was created.")
    created_by: Id = Field(description="The principal who created it.")
    updated_at: Instant = Field(description="When it was last changed.")
    updated_by: Id = Field(description="The principal who last changed it.")
    version: int = Field(description="Counts the changes, from 1.", examples=[1])
    redacted: list[str] = Field(
        description="Fields that do not show what is stored, because of your role.", examples=[[]]
    )


class DeletableRead(RecordRead):
    """A record that can be deleted and restored."""

    deleted_at: Instant | None = Field(
        description="When it was deleted; null while it lives.", examples=[None]
    )


class OwnedRead(RecordRead):
    """A record with an owner."""

    owner_id: Id | None = Field(description="The user who looks after it; null for nobody.")
    team_id: Id | None = Field(description="The team it counts for.")


class CustomisedRead(RecordRead):
    """A record with the fields that the company has defined."""

    custom_fields: CustomFields | None = Field(
        description=f"{CUSTOM_FIELDS}; those without a value are left out. Null when hidden from you."
    )


class LinkedRead(RecordRead):
    """A record that other systems know."""

    external_ids: list[ExternalIdSchema] = Field(description="Keys in other systems.")
