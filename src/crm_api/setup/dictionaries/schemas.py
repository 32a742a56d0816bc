"""Bodies and answers of dictionary items."""

from typing import Annotated

from pydantic import Field, StringConstraints, WithJsonSchema

from crm_api.kit.schemas import Flag, Id, Line, RecordRead, Schema, Whole
from crm_api.setup.dictionary_types.schemas import Key

Code = Annotated[str, StringConstraints(min_length=1, max_length=63, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
Colour = Annotated[str, StringConstraints(max_length=7, pattern=r"^#[0-9a-f]{6}$")]
Position = Annotated[
    Whole, Field(ge=0, le=1_000_000), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 1_000_000})
]


class DictionaryItemUpdate(Schema):
    """Changes: absent keeps. Type and code are what records hold, so they never change."""

    label_en: Line = Field("", description="English label.", examples=["Bought from a competitor"])
    label_zh: Line = Field("", description="Chinese label.", examples=["选择了竞争对手"])
    position: Position = Field(100, description="Place in the list, smallest first.", examples=[100])
    colour: Colour | None = Field(None, description="How it is marked.", examples=["#d4380d"])
    parent_id: Id | None = Field(None, description="The choice of the same list that it stands below.")
    is_default: Flag = Field(
        False, description="Whether forms preselect it; one of a list at most.", examples=[False]
    )
    active: Flag = Field(True, description="Whether records may still choose it.", examples=[True])


class DictionaryItemCreate(DictionaryItemUpdate):
    """A new choice."""

    type: Key = Field(
        description="The list it belongs to, a code of `/dictionary-types`.", examples=["loss_reason"]
    )
    code: Code = Field(description="What records hold; unique in its list.", examples=["competitor"])
    label_en: Line = Field(description="English label.", examples=["Bought from a competitor"])
    label_zh: Line = Field(description="Chinese label.", examples=["选择了竞争对手"])


class DictionaryItemRead(RecordRead):
    """A choice of a list."""

    type: str = Field(description="The list it belongs to.", examples=["loss_reason"])
    code: str = Field(description="What records hold.", examples=["competitor"])
    label_en: str = Field(description="English label.", examples=["Bought from a competitor"])
    label_zh: str = Field(description="Chinese label.", examples=["选择了竞争对手"])
    position: int = Field(description="Place in the list, smallest first.", examples=[20])
    colour: str | None = Field(description="How it is marked.", examples=["#d4380d"])
    parent_id: Id | None = Field(description="The choice that it stands below.")
    is_default: bool = Field(description="Whether forms preselect it.", examples=[False])
    active: bool = Field(description="Whether records may still choose it.", examples=[True])
