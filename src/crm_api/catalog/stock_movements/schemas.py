"""Bodies and answers of stock movements."""

from typing import Annotated

from pydantic import Field

from crm_api.catalog.stock_movements.models import StockMovementKind
from crm_api.kit.schemas import Id, Quantity, RecordRead, Schema, ShortLine

REASON = "Code of type `stock_adjustment_reason` in the data dictionary."
Note = Annotated[str, Field(max_length=2000)]


class StockMovementCreate(Schema):
    """Something that happened in a warehouse."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    kind: StockMovementKind = Field(description="What happened.", examples=["receipt"])
    warehouse_id: Id = Field(description="Where.")
    product_id: Id = Field(description="What; a product that is stocked.")
    to_warehouse_id: Id | None = Field(
        None, description="Where a `transfer` goes to; only for it.", examples=[None]
    )
    quantity: Quantity = Field(
        description="How much, more than 0. For a `count`: how much was found, 0 or more; for an `adjustment`: by how "
        "much more, or less when negative.",
        examples=["100"],
    )
    reason: ShortLine | None = Field(
        None, description=f"Why; required for an `adjustment`. {REASON}", examples=[None]
    )
    note: Note | None = Field(None, description="More about it.", examples=["采购入库"])


class StockMovementRead(RecordRead):
    """A movement; it is never changed."""

    kind: StockMovementKind = Field(description="What happened.", examples=["receipt"])
    warehouse_id: Id = Field(description="Where.")
    product_id: Id = Field(description="What.")
    to_warehouse_id: Id | None = Field(description="Where a transfer went to.", examples=[None])
    quantity: Quantity = Field(description="How much; of a count: what was found.", examples=["100"])
    on_hand_change: Quantity = Field(description="What it did to what is on hand there.", examples=["100"])
    reserved_change: Quantity = Field(description="What it did to what is reserved there.", examples=["0"])
    reason: str | None = Field(description=f"Why. {REASON}", examples=[None])
    note: str | None = Field(description="More about it.", examples=["采购入库"])
    source_type: str | None = Field(
        description="The kind of record that asked for it, such as `orders`; null when it was booked by hand.",
        examples=[None],
    )
    source_id: Id | None = Field(description="That record.", examples=[None])
