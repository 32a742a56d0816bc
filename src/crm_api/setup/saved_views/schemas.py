"""Bodies and answers of saved views."""

from typing import Annotated, Any

from pydantic import Field

from crm_api.kit.schemas import DeletableRead, Flag, Id, Line, Schema, ShortLine

Names = Annotated[list[Line], Field(min_length=1, max_length=100)]
TREE = {"and": [{"field": "level", "op": "in", "value": ["A", "B"]}]}


class SavedViewUpdate(Schema):
    """Changes: absent keeps, null clears. A view stays with its resource."""

    name: Line = Field("", description="What people call it.", examples=["Important customers"])
    filter: dict[str, Any] | None = Field(
        None, description="The filter tree of `POST /{resource}/query`.", examples=[TREE]
    )
    sort: Annotated[list[Line], Field(max_length=3)] = Field(
        default_factory=list, description="Sort keys, `-` for descending.", examples=[["-created_at"]]
    )
    fields: Names | None = Field(
        None, description="What to show; null for everything.", examples=[["id", "name"]]
    )
    expand: Names | None = Field(None, description="Neighbours to show.", examples=[["owner"]])
    shared: Flag = Field(
        False, description="Whether whoever may read the resource may use it.", examples=[True]
    )


class SavedViewCreate(SavedViewUpdate):
    """A new view."""

    id: Id | None = Field(None, description="Chosen by the client; made when absent.")
    name: Line = Field(description="What people call it.", examples=["Important customers"])
    resource: ShortLine = Field(description="The resource it lists.", examples=["customers"])


class SavedViewRead(DeletableRead):
    """A list request under a name."""

    name: str = Field(description="What people call it.", examples=["Important customers"])
    resource: str = Field(description="The resource it lists.", examples=["customers"])
    filter: dict[str, Any] | None = Field(description="The filter tree.", examples=[TREE])
    sort: list[str] = Field(description="Sort keys.", examples=[["-created_at"]])
    fields: list[str] | None = Field(
        description="What is shown; null for everything.", examples=[["id", "name"]]
    )
    expand: list[str] | None = Field(description="Neighbours that are shown.", examples=[["owner"]])
    shared: bool = Field(description="Whether whoever may read the resource may use it.", examples=[True])
    owner_id: Id = Field(description="Who saved it, and alone may change it.")
