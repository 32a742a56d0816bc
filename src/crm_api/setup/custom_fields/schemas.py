"""Bodies and answers of custom fields."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from crm_api.kit.schemas import CUSTOM_VALUE, Flag, Line, RecordRead, Schema
from crm_api.setup.custom_fields.models import FieldType
from crm_api.setup.dictionaries.schemas import Code, Colour, Position
from crm_api.setup.dictionary_types.schemas import Description, Key

Value = Annotated[Any, WithJsonSchema(CUSTOM_VALUE)]
OPTION = {"code": "gold", "label_en": "Gold", "label_zh": "金牌", "colour": "#d4a017", "active": True}
REFERRED = "The resource whose records a reference names."


class OptionWrite(Schema):
    """A choice of a select."""

    code: Code = Field(description="What records hold; unique in its field.", examples=["gold"])
    label_en: Line = Field(description="English label.", examples=["Gold"])
    label_zh: Line = Field(description="Chinese label.", examples=["金牌"])
    colour: Colour | None = Field(None, description="How it is marked.", examples=["#d4a017"])
    active: Flag = Field(True, description="Whether records may still choose it.", examples=[True])


Options = Annotated[list[OptionWrite], Field(max_length=200)]


class CustomFieldUpdate(Schema):
    """Changes: absent keeps. Resource, key, type, uniqueness and what is referred to never change."""

    label_en: Line = Field("", description="English label.", examples=["Tier"])
    label_zh: Line = Field("", description="Chinese label.", examples=["等级"])
    description: Description | None = Field(None, description="What it is for.", examples=["服务等级"])
    required: Flag = Field(
        False, description="Whether a new record needs a value; it cannot be cleared then.", examples=[False]
    )
    default: Value = Field(
        None, description="What a new record gets that names no value, as records hold it.", examples=["gold"]
    )
    options: Options = Field(
        default_factory=list,
        description="What a select chooses from, in order: the complete list. One that records hold can be deactivated, not left out (409).",
        examples=[[OPTION]],
    )
    position: Position = Field(100, description="Place among the fields, smallest first.", examples=[100])
    active: Flag = Field(
        True, description="Whether it takes values; those of an inactive one stay readable.", examples=[True]
    )


class CustomFieldCreate(CustomFieldUpdate):
    """A new field."""

    resource: Annotated[str, Field(max_length=63)] = Field(
        description="Whose records have it.", examples=["customers"]
    )
    key: Key = Field(description="Its name in `custom_fields`; unique in its resource.", examples=["tier"])
    type: FieldType = Field(description="What a value is.", examples=["select"])
    label_en: Line = Field(description="English label.", examples=["Tier"])
    label_zh: Line = Field(description="Chinese label.", examples=["等级"])
    unique: Flag = Field(
        False, description="Whether a value stands in one live record at most.", examples=[False]
    )
    dictionary_type: Key | None = Field(
        None,
        description="The list of the data dictionary a select chooses from, instead of `options`.",
        examples=[None],
    )
    target: Annotated[str, Field(max_length=63)] | None = Field(None, description=REFERRED, examples=[None])


class OptionRead(Schema):
    """A choice of a select."""

    code: str = Field(description="What records hold.", examples=["gold"])
    label_en: str = Field(description="English label.", examples=["Gold"])
    label_zh: str = Field(description="Chinese label.", examples=["金牌"])
    colour: str | None = Field(description="How it is marked.", examples=["#d4a017"])
    active: bool = Field(description="Whether records may still choose it.", examples=[True])


class CustomFieldRead(RecordRead):
    """A field that the company has defined."""

    resource: str = Field(description="Whose records have it.", examples=["customers"])
    key: str = Field(description="Its name in `custom_fields`.", examples=["tier"])
    type: FieldType = Field(description="What a value is.", examples=["select"])
    label_en: str = Field(description="English label.", examples=["Tier"])
    label_zh: str = Field(description="Chinese label.", examples=["等级"])
    description: str | None = Field(description="What it is for.", examples=["服务等级"])
    required: bool = Field(description="Whether a new record needs a value.", examples=[False])
    unique: bool = Field(description="Whether a value stands in one live record at most.", examples=[False])
    default: Value = Field(description="What a new record gets that names no value.", examples=["gold"])
    options: list[OptionRead] = Field(
        description="What a select chooses from, in order.", examples=[[OPTION]]
    )
    dictionary_type: str | None = Field(
        description="The list of the data dictionary it chooses from.", examples=[None]
    )
    target: str | None = Field(description=REFERRED, examples=[None])
    position: int = Field(description="Place among the fields, smallest first.", examples=[100])
    active: bool = Field(description="Whether it takes values.", examples=[True])
