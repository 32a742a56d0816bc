"""Bodies and answers of stock levels."""

from typing import Annotated

from pydantic import Field

from crm_api.kit.schemas import Id, Quantity, RecordRead, Schema

NotNegative = Annotated[Quantity, Field(ge=0)]


class StockLevelUpdate(Schema):
    """What can be said about a level; its quantities follow the movements."""

    reorder_point: NotNegative | None = Field(
        None, description="Below it the level is low; null for never.", examples=["20"]
    )


class StockLevelRead(RecordRead):
    """How much of a product is in a warehouse."""

    warehouse_id: Id = Field(description="The warehouse.")
    product_id: Id = Field(description="The product.")
    on_hand: Quantity = Field(description="What is there.", examples=["120"])
    reserved: Quantity = Field(description="What of it is promised.", examples=["30"])
    available: Quantity = Field(description="What is there and not promised.", examples=["90"])
    reorder_point: Quantity | None = Field(description="Below it the level is low.", examples=["20"])
    low: bool = Field(description="Whether less is available than the reorder point.", examples=[False])
