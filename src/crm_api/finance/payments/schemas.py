"""Bodies and answers of payments."""

from typing import Annotated

from pydantic import Field

from crm_api.finance.billing.schemas import MONEY, Due
from crm_api.finance.payments.models import PaymentMethod, ReceiptStatus
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
    Schema,
)
from crm_api.setup.exchange_rates.schemas import BasedRead

Remark = Annotated[str, Field(max_length=2000)]


class Allocation(Schema):
    """So much of a payment is for a receivable of the same customer, in the same currency."""

    receivable_id: Id = Field(description="The receivable.")
    amount: Due = Field(
        description="How much: neither more than is left of the payment nor than is left of the receivable.",
        examples=[MONEY],
    )


Allocations = Annotated[list[Allocation], Field(max_length=100)]


class PaymentWrite(Schema):
    """What can be said about a payment at any time."""

    reference: Line | None = Field(
        None, description="The bank's or payer's own number.", examples=["20261122-0071"]
    )
    description: Remark | None = Field(None, description="More about it.", examples=["尾款"])
    owner_id: Id | None = Field(
        None,
        description="The user who looks after it; the customer's owner unless given; null for nobody.",
    )
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class PaymentCreate(PaymentWrite):
    """Money that came in."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    customer_id: Id = Field(description="Who paid.")
    amount: Due = Field(description="How much.", examples=[MONEY])
    received_on: Day = Field(description="When it came in; not in the future.", examples=["2026-11-20"])
    method: PaymentMethod = Field(description="How it came.", examples=["bank_transfer"])
    allocations: Allocations = Field(
        default_factory=list, description="What it settles from the day it was received.", examples=[[]]
    )


class PaymentUpdate(PaymentWrite):
    """Changes: absent keeps, null clears. Who paid how much and when stays: reverse what was wrong."""


class PaymentAllocate(Schema):
    """What it settles from today on."""

    allocations: Annotated[list[Allocation], Field(min_length=1, max_length=100)] = Field(
        description="Receivables and amounts; all of them or none."
    )


class PaymentRelease(Schema):
    """What is taken back."""

    allocation_id: Id = Field(description="An allocation of this payment.")


class PaymentRefund(Schema):
    """What is paid back."""

    amount: Due = Field(description="How much, in the currency of the payment.", examples=[MONEY])
    order_id: Id | None = Field(
        None,
        description="The order of which goods came back, or the rest was cancelled; absent, it is paid back from what settles nothing.",
        examples=[None],
    )
    refunded_on: Day | None = Field(
        None, description="When; today when absent, not before the payment.", examples=["2026-11-22"]
    )
    method: PaymentMethod | None = Field(
        None, description="How; as it came when absent.", examples=["bank_transfer"]
    )
    reference: Line | None = Field(None, description="The bank's own number.", examples=["20261122-0072"])
    description: Remark | None = Field(None, description="More about it.", examples=["退货退款"])


class PaymentReverse(Schema):
    """Why it does not count any more."""

    reverse_reason: Annotated[str, Field(min_length=1, max_length=2000)] = Field(
        description="Why.", examples=["银行退票"]
    )


class AllocationRead(Schema):
    """So much of a payment settles a receivable."""

    id: Id = Field(description="UUID of the allocation.")
    receivable_id: Id = Field(description="The receivable.")
    amount: Money = Field(description="How much.", examples=[MONEY])
    allocated_on: Day = Field(description="From which day on it counts.")
    released_on: Day | None = Field(description="From which day on it counts no more.", examples=[None])


class RefundRead(BasedRead):
    """So much of a payment was paid back."""

    id: Id = Field(description="UUID of the refund.")
    order_id: Id | None = Field(
        description="The order of which goods came back, or the rest was cancelled.", examples=[None]
    )
    amount: Money = Field(description="How much.", examples=[MONEY])
    refunded_on: Day = Field(description="When.")
    method: PaymentMethod = Field(description="How.", examples=["bank_transfer"])
    reference: str | None = Field(description="The bank's own number.", examples=["20261122-0072"])
    description: str | None = Field(description="More about it.", examples=[None])


class PaymentRead(CustomisedRead, LinkedRead, OwnedRead, BasedRead):
    """A payment."""

    number: str = Field(description="Its number, without a gap.", examples=["P2026-00017"])
    customer_id: Id = Field(description="Who paid.")
    amount: Money = Field(description="How much.", examples=[MONEY])
    received_on: Day = Field(description="When it came in.")
    method: PaymentMethod = Field(description="How it came.", examples=["bank_transfer"])
    reference: str | None = Field(description="The bank's or payer's own number.", examples=["20261122-0071"])
    description: str | None = Field(description="More about it.", examples=[None])
    status: ReceiptStatus = Field(description="Whether it counts.", examples=["received"])
    status_entered_at: Instant = Field(description="Since when.")
    reverse_reason: str | None = Field(description="Why it was reversed.", examples=[None])
    allocated_amount: Money = Field(
        description="What of it settles receivables; what is not paid back of the rest is the customer's credit.",
        examples=[{"amount": "0.00", "currency": "CNY"}],
    )
    allocations: list[AllocationRead] = Field(description="What it settles, and what was taken back.")
    refunds: list[RefundRead] = Field(description="What of it was paid back.")
