"""Bodies and answers of opportunities."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from crm_api.catalog.products.schemas import Price
from crm_api.kit.reads import Page
from crm_api.kit.schemas import (
    CUSTOM_FIELDS,
    CustomFields,
    CustomisedRead,
    Day,
    DeletableRead,
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
from crm_api.sales.document_lines.schemas import Positive
from crm_api.sales.opportunities.models import AmountSource
from crm_api.sales.pipelines.models import StageKind
from crm_api.sales.pipelines.schemas import Percent

Note = Annotated[str, Field(max_length=2000)]
LOSS_REASON = "Code of type `loss_reason` in the data dictionary."
MONEY = {"amount": "19800.00", "currency": "CNY"}
LINE = {"product_id": "01930b2e-6f00-7000-8000-000000000001", "quantity": "2", "unit_price": MONEY}


class LineWrite(Schema):
    """A line as a body writes it; a new one needs a product, a known one keeps what is left out."""

    id: Id | None = Field(None, description="Names a line that exists, or the id of a new one.")
    product_id: Id = Field("", description="The product; a retired one cannot stand on a new line.")
    quantity: Positive = Field(Decimal(1), description="How many units, more than 0.", examples=["2"])
    unit_price: Price = Field(
        default_factory=lambda: Price(amount=Decimal(0), currency="CNY"),
        description="Price of one unit; the product's list price for a new line that names none.",
        examples=[MONEY],
    )


Lines = Annotated[list[LineWrite], Field(max_length=200)]


class OpportunityWrite(Schema):
    """What a client may say about an open opportunity; every key may be left out of a change."""

    name: Line = Field("", description="What it is about.", examples=["智达科技 · 网关 200 台"])
    customer_id: Id | None = Field(None, description="The customer; required to win.")
    owner_id: Id | None = Field(
        None, description="The user who works on it; the creator unless given, null for nobody."
    )
    amount: Price | None = Field(
        None,
        description="What it is worth; the sum of the lines when absent or null. In the currency of the lines.",
        examples=[MONEY],
    )
    probability: Percent = Field(
        0, description="Chance of winning in whole percent; its stage's when absent.", examples=[50]
    )
    opened_on: Day | None = Field(
        None, description="When it began; today in the company's time zone when absent, null for unknown."
    )
    expected_close_on: Day | None = Field(None, description="When it will probably be decided.")
    next_step: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="What to do next.", examples=["安排产品演示"]
    )
    next_contact_at: Instant | None = Field(None, description="When to get in touch next.")
    source: Line | None = Field(None, description="How it came about.", examples=["referral"])
    description: Prose | None = Field(None, description="What else is worth knowing.")
    lines: Lines = Field(
        default_factory=list, description="What is offered: the complete list.", examples=[[LINE]]
    )
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class OpportunityCreate(OpportunityWrite):
    """A new opportunity. What is closed already can be created by those who hold `opportunities:import_history`."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    name: Line = Field(description="What it is about.", examples=["智达科技 · 网关 200 台"])
    pipeline_id: Id | None = Field(None, description="The pipeline; its stage's, or the default one.")
    stage_id: Id | None = Field(None, description="The stage; the first open one when absent.")
    closed_on: Day | None = Field(
        None, description="When it was won or lost; today when absent in a closed stage.", examples=[None]
    )
    loss_reason: ShortLine | None = Field(
        None, description=f"Why it was lost. {LOSS_REASON}", examples=[None]
    )
    loss_note: Note | None = Field(None, description="More about the loss.", examples=[None])


class OpportunityUpdate(OpportunityWrite):
    """Changes: absent keeps, null clears; another stage is a move."""

    pipeline_id: Id = Field(
        "", description="Another pipeline; enters its first open stage unless one is named."
    )
    stage_id: Id = Field("", description="Another open stage of the pipeline.")


class OpportunityMove(Schema):
    """Where to."""

    stage_id: Id = Field(description="An open stage of the same pipeline.")


class OpportunitySubmit(Schema):
    """What it is to be approved for."""

    stage_id: Id = Field(description="A stage of its pipeline that demands approval.")


class OpportunityWin(Schema):
    """How it was won."""

    closed_on: Day | None = Field(None, description="When; today in the company's time zone when absent.")
    stage_id: Id | None = Field(None, description="A won stage; the first one when absent.")
    amount: Price | None = Field(
        None, description="What it was worth in the end; kept when absent.", examples=[MONEY]
    )


class OpportunityLose(Schema):
    """How it was lost."""

    loss_reason: ShortLine = Field(description=f"Why. {LOSS_REASON}", examples=["competitor"])
    loss_note: Note | None = Field(None, description="More about it.", examples=["对手价格低 15%"])
    closed_on: Day | None = Field(None, description="When; today in the company's time zone when absent.")
    stage_id: Id | None = Field(None, description="A lost stage; the first one when absent.")


class OpportunityReopen(Schema):
    """Where it goes on."""

    stage_id: Id | None = Field(None, description="An open stage; the first one when absent.")


class LineRead(Schema):
    """A line of an opportunity."""

    id: Id = Field(description="UUID of the line.")
    product_id: Id = Field(description="The product.")
    quantity: Quantity = Field(description="How many units.", examples=["2"])
    unit_price: Money = Field(description="Price of one unit.", examples=[MONEY])


class OpportunityRead(CustomisedRead, LinkedRead, OwnedRead, DeletableRead):
    """An opportunity with its lines."""

    name: str = Field(description="What it is about.", examples=["智达科技 · 网关 200 台"])
    customer_id: Id | None = Field(description="The customer.")
    pipeline_id: Id = Field(description="The pipeline.")
    stage_id: Id = Field(description="The stage.")
    status: StageKind = Field(description="The kind of its stage.", examples=["open"])
    stage_entered_at: Instant = Field(description="Since when it has been in its stage.")
    amount: Money | None = Field(description="What it is worth.", examples=[MONEY])
    amount_source: AmountSource = Field(
        description="Whether the amount is the sum of the lines or was stated.", examples=["lines"]
    )
    probability: int = Field(description="Chance of winning in whole percent.", examples=[50])
    opened_on: Day | None = Field(description="When it began.")
    expected_close_on: Day | None = Field(description="When it will probably be decided.")
    closed_on: Day | None = Field(description="When it was won or lost.", examples=[None])
    loss_reason: str | None = Field(description=f"Why it was lost. {LOSS_REASON}", examples=[None])
    loss_note: str | None = Field(description="More about the loss.", examples=[None])
    next_step: str | None = Field(description="What to do next.", examples=["安排产品演示"])
    last_contact_at: Instant | None = Field(description="The last interaction about it.", examples=[None])
    next_contact_at: Instant | None = Field(description="When to get in touch next.", examples=[None])
    source: str | None = Field(description="How it came about.", examples=["referral"])
    description: str | None = Field(description="What else is worth knowing.", examples=[None])
    lines: list[LineRead] = Field(description="What is offered.")


class StageMoveRead(Schema):
    """One step from stage to stage."""

    id: Id = Field(description="UUID of the step.")
    from_stage_id: Id = Field(description="The stage it left.")
    from_stage_name: str = Field(description="What that was called then.", examples=["需求确认"])
    to_stage_id: Id = Field(description="The stage it entered.")
    to_stage_name: str = Field(description="What that was called then.", examples=["方案报价"])
    moved_at: Instant = Field(description="When.")
    moved_by: Id = Field(description="The principal who moved it.")
    dwell_seconds: int = Field(description="How long it had been in the stage it left.", examples=[86400])


class StageMoveList(Schema):
    """Every step of an opportunity, the first one first."""

    data: list[StageMoveRead] = Field(description="The steps.")
    page: Page = Field(description="There is one page.")
