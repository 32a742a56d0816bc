"""Bodies and answers of dictionary types."""

from typing import Annotated

from pydantic import Field, StringConstraints

from crm_api.kit.schemas import Flag, Line, RecordRead, Schema

Key = Annotated[str, StringConstraints(max_length=63, pattern=r"^[a-z][a-z0-9_]*$")]
Description = Annotated[str, Field(max_length=2000)]


class DictionaryTypeUpdate(Schema):
    """Changes: absent keeps. The code never changes."""

    label_en: Line = Field("", description="English label.", examples=["Customer level"])
    label_zh: Line = Field("", description="Chinese label.", examples=["客户级别"])
    description: Description | None = Field(None, description="What it is for.", examples=["重要程度"])
    closed: Flag = Field(
        False,
        description="Whether the fields bound to it take its active codes only. An open list is a suggestion.",
        examples=[True],
    )


class DictionaryTypeCreate(DictionaryTypeUpdate):
    """A new list, for custom fields to choose from."""

    code: Key = Field(
        description="What items and custom fields name it by; unique.", examples=["payment_method"]
    )
    label_en: Line = Field(description="English label.", examples=["Payment method"])
    label_zh: Line = Field(description="Chinese label.", examples=["付款方式"])


class DictionaryTypeRead(RecordRead):
    """A list of the data dictionary."""

    code: str = Field(description="What items and custom fields name it by.", examples=["customer_level"])
    label_en: str = Field(description="English label.", examples=["Customer level"])
    label_zh: str = Field(description="Chinese label.", examples=["客户级别"])
    description: str | None = Field(description="What it is for.", examples=["重要程度"])
    closed: bool = Field(
        description="Whether the fields bound to it take its active codes only.", examples=[False]
    )
    built_in: bool = Field(description="Whether it comes with the system.", examples=[True])
