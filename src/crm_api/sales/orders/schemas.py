"""Bodies and answers of orders."""

from typing import Annotated

from pydantic import Field

from crm_api.kit.reads import Page
from crm_api.kit.schemas import (
    CUSTOM_FIELDS,
    CustomFields,
    CustomisedRead,
    Day,
    ExternalIds,
    Id,
    Instant,
    Line,
    LinkedRead,
    Money,
    OwnedRead,
    Prose,
    Quantity,
    Schema,
    ShortLine,
)
from crm_api.sales.document_lines.schemas import (
    DOCUMENT_LINE,
    DocumentLineRead,
    DocumentLineWrite,
    Positive,
    PricedRead,
    PricedWrite,
)
from crm_api.sales.orders.models import OrderPaymentStatus, OrderStatus, PaymentTerms, ShipmentKind

Note = Annotated[str, Field(max_length=2000)]
Reason = Annotated[str, Field(min_length=1, max_length=2000)]
Address = Annotated[str, Field(max_length=500)]
NAME, NUMBER, ADDRESS = "智达科技 · 网关 200 台", "S2026-00017", "上海市浦东新区世纪大道 100 号"
DELAY_REASON = "Code of type `delay_reason` in the data dictionary."
TERMS = "Whether it is paid before it is shipped; `credit` needs the right to grant it."
NONE = {"amount": "0.00", "currency": "CNY"}
LINE_ID = "01930b2e-6f00-7000-8000-000000000001"


class OrderLineWrite(DocumentLineWrite):
    """What is bought."""

    product_id: Id = Field(description="The product; one that is retired cannot be ordered.")
    promised_on: Day | None = Field(None, description="The day by which it is promised.")


class OrderHead(Schema):
    """What a client may say about an order apart from what was bought."""

    name: Line = Field("", description="What it is about.", examples=[NAME])
    contact_id: Id | None = Field(None, description="Whom to talk to at the customer.")
    opportunity_id: Id | None = Field(None, description="The deal it comes from; of the same customer.")
    owner_id: Id | None = Field(
        None, description="The user who looks after it; the creator unless given, null for nobody."
    )
    payment_terms: PaymentTerms = Field(PaymentTerms.PREPAID, description=TERMS, examples=["prepaid"])
    delivery_address: Address | None = Field(None, description="Where it goes.", examples=[ADDRESS])
    notes: Prose | None = Field(None, description="For ourselves.")
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class OrderCreate(OrderHead, PricedWrite):
    """A new order; what it is about stays as it was placed."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    name: Line = Field(description="What it is about.", examples=[NAME])
    customer_id: Id = Field(description="Who buys.")
    contract_id: Id | None = Field(
        None,
        description="The contract in force that it carries out. If that is paid in instalments, these pay for the order.",
        examples=[None],
    )
    warehouse_id: Id | None = Field(
        None,
        description="Where it is shipped from; the only one when the company has one, else required for stock.",
    )
    lines: Annotated[list[OrderLineWrite], Field(min_length=1, max_length=200)] = Field(  # type: ignore[assignment]
        description="What is bought.", examples=[[DOCUMENT_LINE]]
    )


class OrderUpdate(OrderHead):
    """Changes: absent keeps, null clears; what was bought stays."""


class LineQuantity(Schema):
    """So much of a line."""

    line_id: Id = Field(description="The line.")
    quantity: Positive = Field(description="How many of it.", examples=["80"])


Quantities = Annotated[list[LineQuantity], Field(min_length=1, max_length=200)]
QUANTITIES = [{"line_id": LINE_ID, "quantity": "80"}]


class OrderShip(Schema):
    """What leaves."""

    lines: Quantities | None = Field(
        None, description="What leaves; everything that remains when absent.", examples=[QUANTITIES]
    )
    carrier: Line | None = Field(None, description="Who carries it.", examples=["顺丰速运"])
    tracking_number: Line | None = Field(None, description="Its number there.", examples=["SF1234567890"])
    note: Note | None = Field(None, description="More about it.")


class OrderReturn(Schema):
    """What comes back."""

    lines: Quantities = Field(description="What comes back.", examples=[QUANTITIES])
    warehouse_id: Id | None = Field(None, description="Where to; the order's own warehouse when absent.")
    note: Note | None = Field(None, description="Why.", examples=["外观破损"])


class OrderCancel(Schema):
    """Why nothing comes of it."""

    cancel_reason: Reason = Field(description="Why.", examples=["客户取消项目"])


class OrderCancelRemainder(OrderCancel):
    """Why the rest is not shipped, or what of it."""

    lines: Quantities | None = Field(
        None, description="What is not shipped; everything that remains when absent.", examples=[QUANTITIES]
    )


class LinePromise(Schema):
    """By when a line is promised."""

    line_id: Id = Field(description="The line.")
    promised_on: Day = Field(description="The day that holds from now on; not before the one that held.")


class OrderPostpone(Schema):
    """What comes later, and why."""

    lines: Annotated[list[LinePromise], Field(min_length=1, max_length=200)] = Field(
        description="The lines and their new days.",
        examples=[[{"line_id": LINE_ID, "promised_on": "2026-02-15"}]],
    )
    reason: ShortLine = Field(description=f"Why. {DELAY_REASON}", examples=["supplier"])
    note: Note | None = Field(None, description="More about it.", examples=["供应商缺料"])


class OrderLineRead(DocumentLineRead):
    """A line of an order, with what has become of it."""

    promised_on: Day | None = Field(description="The day by which it is promised.")
    first_promised_on: Day | None = Field(description="The day that was promised at first.")
    stocked: bool = Field(description="Whether it is taken from stock.", examples=[True])
    reserved: Quantity = Field(description="What of it is kept in stock.", examples=["200"])
    shipped: Quantity = Field(description="What of it has left.", examples=["0"])
    returned: Quantity = Field(description="What of that has come back.", examples=["0"])
    cancelled: Quantity = Field(
        description="What of it will not be shipped: the rest was cancelled.", examples=["0"]
    )


class OrderRead(PricedRead, CustomisedRead, LinkedRead, OwnedRead):
    """An order with its lines and sums."""

    number: str = Field(description="Its number.", examples=[NUMBER])
    name: str = Field(description="What it is about.", examples=[NAME])
    customer_id: Id = Field(description="Who buys.")
    contact_id: Id | None = Field(description="Whom to talk to at the customer.")
    opportunity_id: Id | None = Field(description="The deal it comes from.", examples=[None])
    quote_id: Id | None = Field(description="The accepted quote that it came of.", examples=[None])
    contract_id: Id | None = Field(description="The contract that it carries out.", examples=[None])
    warehouse_id: Id | None = Field(description="Where it is shipped from.")
    payment_terms: PaymentTerms = Field(
        description="Whether it is paid before it is shipped.", examples=["prepaid"]
    )
    delivery_address: str | None = Field(description="Where it goes.", examples=[ADDRESS])
    notes: str | None = Field(description="For ourselves.", examples=[None])
    status: OrderStatus = Field(description="How far its goods have come.", examples=["placed"])
    status_entered_at: Instant = Field(description="Since when.")
    delivered_at: Instant | None = Field(description="When it arrived.", examples=[None])
    cancel_reason: str | None = Field(
        description="Why it was cancelled, or its rest after a part had left.", examples=[None]
    )
    payment_status: OrderPaymentStatus = Field(description="How far its money has come.", examples=["unpaid"])
    paid_amount: Money = Field(description="What is paid.", examples=[NONE])
    returned_amount: Money = Field(description="What is not owed because it came back.", examples=[NONE])
    cancelled_amount: Money | None = Field(
        description="What is not owed because the rest was cancelled after a part had left; null unless it was.",
        examples=[None],
    )
    refund_due: Money = Field(description="What is to be paid back.", examples=[NONE])
    lines: list[OrderLineRead] = Field(description="What was bought.")  # type: ignore[assignment]


class ShipmentRead(Schema):
    """Goods that left, or came back."""

    id: Id = Field(description="UUID of the shipment.")
    kind: ShipmentKind = Field(description="Which way.", examples=["out"])
    warehouse_id: Id | None = Field(description="From or to which warehouse.")
    carrier: str | None = Field(description="Who carried it.", examples=["顺丰速运"])
    tracking_number: str | None = Field(description="Its number there.", examples=["SF1234567890"])
    note: str | None = Field(description="More about it.", examples=[None])
    lines: list[LineQuantity] = Field(description="What.")
    moved_at: Instant = Field(description="When.")
    moved_by: Id = Field(description="The principal who said so.")


class ShipmentList(Schema):
    """Every shipment of an order, the first one first."""

    data: list[ShipmentRead] = Field(description="The shipments.")
    page: Page = Field(description="There is one page.")


class LineDelay(Schema):
    """A promise that was put off."""

    line_id: Id = Field(description="The line.")
    earlier: Day = Field(description="The day that held.")
    later: Day = Field(description="The day that holds.")


class DelayNoticeRead(Schema):
    """What the customer has to be told."""

    id: Id = Field(description="UUID of the notice.")
    reason: str = Field(description=f"Why. {DELAY_REASON}", examples=["supplier"])
    note: str | None = Field(description="More about it.", examples=["供应商缺料"])
    lines: list[LineDelay] = Field(description="Which promises.")
    noticed_at: Instant = Field(description="When.")
    noticed_by: Id = Field(description="The principal who put them off.")


class DelayNoticeList(Schema):
    """Every delay notice of an order, the first one first."""

    data: list[DelayNoticeRead] = Field(description="The notices.")
    page: Page = Field(description="There is one page.")
