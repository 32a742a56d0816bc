"""Bodies and answers of expense claims."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from crm_api.catalog.products.schemas import Price
from crm_api.finance.billing.schemas import Due
from crm_api.finance.expense_claims.models import ClaimStatus, PaidBy
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
    Schema,
    ShortLine,
)
from crm_api.setup.exchange_rates.schemas import BasedRead

SPENT = {"amount": "328.00", "currency": "CNY"}
TYPE = "Code of type `expense_type` in the data dictionary."


class ExpenseLineWrite(Schema):
    """One expense; a new one needs type, day and amount, a known one keeps what is left out."""

    id: Id | None = Field(None, description="Names a line that exists, or the id of a new one.")
    type: ShortLine = Field("", description=f"What for. {TYPE}", examples=["travel"])
    description: Annotated[str, Field(max_length=2000)] | None = Field(
        None, description="More about it.", examples=["高铁 上海—杭州"]
    )
    spent_on: Day = Field(
        date(2000, 1, 1), description="The day; not in the future.", examples=["2026-11-18"]
    )
    amount: Due = Field(
        default_factory=lambda: Due(amount=Decimal(1), currency="CNY"),
        description="How much, tax included; all lines are in one currency.",
        examples=[SPENT],
    )
    tax_amount: Price | None = Field(None, description="The tax within it.", examples=[None])
    receipt_number: ShortLine | None = Field(
        None,
        description="Number of the receipt or invoice; a receipt is claimed once in a company.",
        examples=["25312000000012345678"],
    )
    customer_id: Id | None = Field(None, description="The customer it was for.")
    opportunity_id: Id | None = Field(None, description="The deal it was for.")
    order_id: Id | None = Field(None, description="The order it was for.")


ExpenseLines = Annotated[list[ExpenseLineWrite], Field(max_length=200)]


class ExpenseClaimWrite(Schema):
    """What a client may say about a claim; every key may be left out of a change."""

    name: Line = Field("", description="What it is about.", examples=["十一月拜访智达"])
    description: Prose | None = Field(None, description="What else is worth knowing.", examples=[None])
    lines: ExpenseLines = Field(
        default_factory=list,
        description="What was spent: the complete list.",
        examples=[[{"type": "travel", "spent_on": "2026-11-18", "amount": SPENT}]],
    )
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class ExpenseClaimCreate(ExpenseClaimWrite):
    """A new claim."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    name: Line = Field(description="What it is about.", examples=["十一月拜访智达"])
    owner_id: Id | None = Field(None, description="Who is paid back; the creator unless given.")


class ExpenseClaimUpdate(ExpenseClaimWrite):
    """Changes: absent keeps, null clears. Who is paid back stays."""


class ExpenseClaimPay(Schema):
    """How it was paid back."""

    paid_on: Day | None = Field(None, description="When; today when absent.", examples=["2026-11-22"])
    paid_by: PaidBy = Field(description="How.", examples=["bank_transfer"])
    payment_reference: Line | None = Field(
        None, description="The bank's own number.", examples=["20261122-0071"]
    )


class ExpenseLineRead(Schema):
    """One expense."""

    id: Id = Field(description="UUID of the line.")
    type: str = Field(description=f"What for. {TYPE}", examples=["travel"])
    description: str | None = Field(description="More about it.", examples=["高铁 上海—杭州"])
    spent_on: Day = Field(description="The day.")
    amount: Money = Field(description="How much, tax included.", examples=[SPENT])
    tax_amount: Money | None = Field(description="The tax within it.", examples=[None])
    receipt_number: str | None = Field(
        description="Number of the receipt.", examples=["25312000000012345678"]
    )
    customer_id: Id | None = Field(description="The customer it was for.")
    opportunity_id: Id | None = Field(description="The deal it was for.", examples=[None])
    order_id: Id | None = Field(description="The order it was for.", examples=[None])


class ExpenseClaimRead(CustomisedRead, LinkedRead, OwnedRead, DeletableRead, BasedRead):
    """An expense claim; its owner is who is paid back."""

    number: str = Field(description="Its number, without a gap.", examples=["E2026-00017"])
    name: str = Field(description="What it is about.", examples=["十一月拜访智达"])
    description: str | None = Field(description="What else is worth knowing.", examples=[None])
    amount: Money = Field(description="What the lines come to.", examples=[SPENT])
    status: ClaimStatus = Field(description="How far it has come.", examples=["draft"])
    status_entered_at: Instant = Field(description="Since when.")
    paid_on: Day | None = Field(description="When it was paid back.", examples=[None])
    paid_by: PaidBy | None = Field(description="How.", examples=[None])
    payment_reference: str | None = Field(description="The bank's own number.", examples=[None])
    lines: list[ExpenseLineRead] = Field(description="What was spent.")
