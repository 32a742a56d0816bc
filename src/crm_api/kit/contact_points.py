"""Phone numbers and e-mail addresses in bodies and answers."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from crm_api.kit.schemas import Schema, fail
from crm_api.text import e164, fold_email


def _phone(value: object) -> object:
    raw = value if isinstance(value, str) else value.get("raw") if isinstance(value, Mapping) else None
    found = e164(raw) if isinstance(raw, str) else None
    return {"raw": raw, "value": found} if found else fail("invalid_phone")


def _email(value: object) -> object:
    raw = value if isinstance(value, str) else value.get("raw") if isinstance(value, Mapping) else None
    found = fold_email(raw) if isinstance(raw, str) else None
    return {"raw": raw, "value": found} if found else fail("invalid_email")


class ContactPoint(Schema):
    """A phone number or an e-mail address: as it was typed, and as it is compared."""

    raw: str = Field(description="As it was entered.", examples=["+86 138 0013 8000"])
    value: str = Field(
        description="Normalised: E.164 for phones, folded for e-mails.", examples=["+8613800138000"]
    )


Email = Annotated[
    ContactPoint,
    BeforeValidator(_email),
    WithJsonSchema(
        {"type": "string", "format": "email", "maxLength": 254, "examples": ["li.na@example.com"]},
        mode="validation",
    ),
]
Phone = Annotated[
    ContactPoint,
    BeforeValidator(_phone),
    WithJsonSchema(
        {"type": "string", "maxLength": 100, "examples": ["+86 138 0013 8000"]}, mode="validation"
    ),
]
Phones = Annotated[list[Phone], Field(max_length=20)]
Emails = Annotated[list[Email], Field(max_length=20)]
