"""Bodies and answers of warehouses."""

from typing import Annotated

from pydantic import Field

from crm_api.kit.schemas import (
    CUSTOM_FIELDS,
    CustomFields,
    CustomisedRead,
    DeletableRead,
    ExternalIds,
    Id,
    Line,
    LinkedRead,
    Prose,
    Schema,
    ShortLine,
)

Address = Annotated[str, Field(max_length=500)]


class WarehouseWrite(Schema):
    """What a client may say about a warehouse; every key may be left out of a change."""

    code: ShortLine = Field("", description="The company's own code; unique.", examples=["SH-1"])
    name: Line = Field("", description="Name.", examples=["上海一号仓"])
    address: Address | None = Field(
        None, description="Postal address.", examples=["上海市嘉定区曹安公路 2000 号"]
    )
    description: Prose | None = Field(None, description="What else is worth knowing.")
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class WarehouseCreate(WarehouseWrite):
    """A new warehouse."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    code: ShortLine = Field(description="The company's own code; unique.", examples=["SH-1"])
    name: Line = Field(description="Name.", examples=["上海一号仓"])


class WarehouseUpdate(WarehouseWrite):
    """Changes: absent keeps, null clears."""


class WarehouseRead(CustomisedRead, LinkedRead, DeletableRead):
    """A warehouse."""

    code: str = Field(description="The company's own code.", examples=["SH-1"])
    name: str = Field(description="Name.", examples=["上海一号仓"])
    address: str | None = Field(description="Postal address.", examples=["上海市嘉定区曹安公路 2000 号"])
    description: str | None = Field(description="What else is worth knowing.", examples=[None])
