"""Bodies and answers of receivables."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from crm_api.finance.billing.schemas import MONEY, ORDER, BillingRead, BillingWrite, Due
from crm_api.finance.receivables.models import ReceivableStatus
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
    Schema,
)

Remark = Annotated[str, Field(max_length=2000)]
INSTALMENT = {"name": "首付款", "due_on": "2026-12-31", "amount": MONEY}


class ReceivableWrite(Schema):
    """What a client may say about a receivable; every key may be left out of a change."""

    name: Line = Field("", description="What it is for.", examples=["首付款"])
    due_on: Day = Field(
        default_factory=lambda: date.min, description="When it is due; can be put off until it is paid."
    )
    amount: Due = Field(
        default_factory=lambda: Due(amount=Decimal(1), currency="CNY"),
        description="What is owed; stands once something is paid on it.",
        examples=[MONEY],
    )
    description: Remark | None = Field(None, description="More about it.", examples=["验收后 30 天"])
    owner_id: Id | None = Field(
        None,
        description="The user who looks after it; the document's owner, else the creator, unless given; null for nobody.",
    )
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class ReceivableCreate(ReceivableWrite, BillingWrite):
    """A new receivable."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    name: Line = Field(description="What it is for.", examples=["首付款"])
    due_on: Day = Field(description="When it is due.")
    amount: Due = Field(description="What is owed, in the document's currency.", examples=[MONEY])


class ReceivableUpdate(ReceivableWrite):
    """Changes: absent keeps, null clears. Customer and document stay."""


class Instalment(Schema):
    """One instalment of a plan."""

    name: Line = Field(description="What it is for.", examples=["首付款"])
    due_on: Day = Field(description="When it is due.")
    amount: Due = Field(description="How much, in the document's currency.", examples=[MONEY])


class ReceivablePlan(Schema):
    """The instalments of a contract or an order."""

    contract_id: Id | None = Field(None, description="The contract.", examples=[None])
    order_id: Id | None = Field(None, description="The order.", examples=[ORDER])
    instalments: Annotated[list[Instalment], Field(min_length=1, max_length=100)] = Field(
        description="They come to what is not paid yet of the document, exactly.", examples=[[INSTALMENT]]
    )


class ReceivableRead(CustomisedRead, LinkedRead, OwnedRead, DeletableRead, BillingRead):
    """A receivable."""

    name: str = Field(description="What it is for.", examples=["首付款"])
    due_on: Day = Field(description="When it is due.")
    amount: Money = Field(description="What is owed.", examples=[MONEY])
    paid_amount: Money = Field(
        description="What has come in, as payments were allocated to it.",
        examples=[{"amount": "0.00", "currency": "CNY"}],
    )
    description: str | None = Field(description="More about it.", examples=[None])
    status: ReceivableStatus = Field(description="How much of it has come in.", examples=["open"])
    status_entered_at: Instant = Field(description="Since when.")


class PlannedReceivables(Schema):
    """The receivables of a document, as planned."""

    data: list[ReceivableRead] = Field(description="Those with a payment and the new ones, by due date.")
