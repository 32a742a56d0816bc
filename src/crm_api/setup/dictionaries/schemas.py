"""Bodies and answers of dictionary items."""

from typing import Annotated

from pydantic import Field, StringConstraints, WithJsonSchema

from crm_api.kit.schemas import Flag, Line, RecordRead, Schema, Whole
from crm_api.setup.dictionaries.models import DictionaryType

Code = Annotated[str, StringConstraints(min_length=1, max_length=63, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Position = Annotated[
    Whole, Field(ge=0, le=1_000_000), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 1_000_000})
]


class DictionaryItemUpdate(Schema):
    """Changes: absent keeps. Type and code are what records hold, so they never change."""

    label_en: Line = Field("", description="English label.", examples=["Bought from a competitor"])
    label_zh: Line = Field("", description="Chinese label.", examples=["选择了竞争对手"])
    position: Position = Field(100, description="Place in the list, smallest first.", examples=[100])
    active: Flag = Field(True, description="Whether records may still choose it.", examples=[True])


class DictionaryItemCreate(DictionaryItemUpdate):
    """A new choice."""

    type: DictionaryType = Field(description="The list it belongs to.", examples=["loss_reason"])
    code: Code = Field(description="What records hold; unique in its list.", examples=["competitor"])
    label_en: Line = Field(description="English label.", examples=["Bought from a competitor"])
    label_zh: Line = Field(description="Chinese label.", examples=["选择了竞争对手"])


class DictionaryItemRead(RecordRead):
    """A choice of a list."""

    type: DictionaryType = Field(description="The list it belongs to.", examples=["loss_reason"])
    code: str = Field(description="What records hold.", examples=["competitor"])
    label_en: str = Field(description="English label.", examples=["Bought from a competitor"])
    label_zh: str = Field(description="Chinese label.", examples=["选择了竞争对手"])
    position: int = Field(description="Place in the list, smallest first.", examples=[20])
    active: bool = Field(description="Whether records may still choose it.", examples=[True])
