"""Answers about objects."""

from pydantic import Field

from crm_api.kit.schemas import Schema
from crm_api.setup.custom_fields.schemas import Value

TYPE = (
    "`text number integer money date datetime boolean select multi_select reference id email`, or `list` for what has "
    "parts."
)


class ChoiceRead(Schema):
    """A value that a field may take."""

    code: str = Field(description="What records hold.", examples=["gold"])
    label_en: str = Field(description="English label.", examples=["Gold"])
    label_zh: str = Field(description="Chinese label.", examples=["金牌"])
    colour: str | None = Field(description="How it is marked.", examples=["#d4a017"])
    parent: str | None = Field(description="The code above it.", examples=[None])
    is_default: bool = Field(description="Whether forms preselect it.", examples=[False])
    active: bool = Field(description="Whether records may still choose it.", examples=[True])


class ItemFieldRead(Schema):
    """A field of the items of a list."""

    name: str = Field(description="Its key in an item.", examples=["quantity"])
    type: str = Field(description=TYPE, examples=["number"])
    label_en: str = Field(description="English label.", examples=["Quantity"])
    label_zh: str = Field(description="Chinese label.", examples=["数量"])
    references: str | None = Field(description="The type of object that it names.", examples=[None])


class FieldRead(Schema):
    """A field, as far as the caller may know it."""

    name: str = Field(description="Its name in filters, sorts and `fields`.", examples=["custom_fields.tier"])
    type: str = Field(description=TYPE, examples=["select"])
    label_en: str = Field(description="English label.", examples=["Tier"])
    label_zh: str = Field(description="Chinese label.", examples=["等级"])
    description: str | None = Field(description="What it is for.", examples=["服务等级"])
    custom: bool = Field(description="Whether the company has defined it.", examples=[True])
    active: bool = Field(description="Whether it takes values.", examples=[True])
    required: bool = Field(description="Whether a new record needs a value.", examples=[False])
    unique: bool = Field(description="Whether a value stands in one live record at most.", examples=[False])
    read_only: bool = Field(description="Whether you cannot write it.", examples=[False])
    masked: bool = Field(description="Whether you see only a part of it.", examples=[False])
    default: Value = Field(description="What a new record gets that names no value.", examples=[None])
    max_length: int | None = Field(description="Characters of a text at most.", examples=[None])
    operators: list[str] = Field(
        description="What a filter can ask of it.", examples=[["eq", "ne", "in", "nin"]]
    )
    sortable: bool = Field(description="Whether lists can be sorted by it.", examples=[True])
    choices: list[ChoiceRead] | None = Field(description="The values it takes; null for any.")
    dictionary_type: str | None = Field(
        description="The list of the data dictionary its choices are from.", examples=[None]
    )
    closed: bool = Field(
        description="Whether it takes its choices only; they are suggestions otherwise.", examples=[True]
    )
    references: str | None = Field(
        description="The type of object that it names, for `expand`.", examples=[None]
    )
    items: list[ItemFieldRead] | None = Field(
        description="The fields of the items of a list.", examples=[None]
    )


class ActionRead(Schema):
    """Something the caller may do with the objects."""

    action: str = Field(description="The verb.", examples=["update"])
    reach: str = Field(description="How far: `own`, `team`, `subtree` or `all`.", examples=["own"])


class ObjectSummary(Schema):
    """A type of object that the caller may read."""

    type: str = Field(description="Its name, also in events.", examples=["customers"])
    singular: str = Field(description="The name of one.", examples=["customer"])
    label_en: str = Field(description="English label.", examples=["Customers"])
    label_zh: str = Field(description="Chinese label.", examples=["客户"])
    path: str = Field(description="Where its records are.", examples=["/api/v1/customers"])
    customisable: bool = Field(description="Whether the company can define fields for it.", examples=[True])


class ObjectRead(ObjectSummary):
    """A type of object: what its records are made of for this company, and what the caller may do."""

    fields: list[FieldRead] = Field(description="Its fields in order; those hidden from you are left out.")
    sorts: list[str] = Field(description="What lists can be sorted by.", examples=[["created_at", "name"]])
    default_sort: str = Field(description="How lists are sorted unless asked.", examples=["-created_at"])
    actions: list[ActionRead] = Field(description="What you may do, and how far.")


class ObjectList(Schema):
    """Every type of object that the caller may read."""

    data: list[ObjectSummary] = Field(description="The types.")
