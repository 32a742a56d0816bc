"""Bodies and answers of invoices."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from crm_api.catalog.products.schemas import Price
from crm_api.finance.billing.schemas import MONEY, BillingRead, BillingWrite, Due
from crm_api.finance.invoices.models import InvoiceKind, InvoiceStatus
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
Reason = Annotated[str, Field(min_length=1, max_length=2000)]
TaxId = Annotated[str, Field(min_length=1, max_length=30)]
Address = Annotated[str, Field(max_length=500)]
NET = {"amount": "10000.00", "currency": "CNY"}
TAX = {"amount": "1300.00", "currency": "CNY"}


class InvoiceWrite(Schema):
    """What a client may say about an invoice that is applied for; every key may be left out of a change."""

    kind: InvoiceKind = Field(
        InvoiceKind.GENERAL, description="Whether the buyer may deduct its tax.", examples=["special"]
    )
    title: Line = Field("", description="Who it is made out to (抬头).", examples=["上海智达科技有限公司"])
    tax_id: TaxId | None = Field(
        None,
        description="Their tax number; one of 18 characters is a unified social credit code with a valid check digit.",
        examples=["91350100M000100Y43"],
    )
    bank: Line | None = Field(
        None,
        description="Their bank and account (开户行及账号).",
        examples=["招商银行上海分行 1219 0912 3456"],
    )
    address: Address | None = Field(
        None, description="Their address and phone number.", examples=["上海市浦东新区世纪大道 100 号"]
    )
    net_amount: Price = Field(
        default_factory=lambda: Price(amount=Decimal(0), currency="CNY"),
        description="Without tax.",
        examples=[NET],
    )
    tax_amount: Price = Field(
        default_factory=lambda: Price(amount=Decimal(0), currency="CNY"), description="Tax.", examples=[TAX]
    )
    gross_amount: Due = Field(
        default_factory=lambda: Due(amount=Decimal(1), currency="CNY"),
        description="Net amount and tax together.",
        examples=[MONEY],
    )
    description: Remark | None = Field(None, description="More about it.", examples=["备注栏打印合同号"])
    owner_id: Id | None = Field(
        None,
        description="The user who looks after it; the document's owner, else the creator, unless given; null for nobody.",
    )
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class InvoiceCreate(InvoiceWrite, BillingWrite):
    """An application for an invoice."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    title: Line = Field(description="Who it is made out to (抬头).", examples=["上海智达科技有限公司"])
    net_amount: Price = Field(description="Without tax.", examples=[NET])
    tax_amount: Price = Field(description="Tax.", examples=[TAX])
    gross_amount: Due = Field(
        description="Net amount and tax together, in the document's currency.", examples=[MONEY]
    )


class InvoiceUpdate(InvoiceWrite):
    """Changes: absent keeps, null clears. Customer and document stay."""


class InvoiceVoid(Schema):
    """Why it is not wanted."""

    void_reason: Reason = Field(description="Why.", examples=["客户改为下月开票"])


class InvoiceRedLetter(Schema):
    """Why it is taken back."""

    red_letter_reason: Reason = Field(description="Why.", examples=["税号有误"])


class InvoiceRead(CustomisedRead, LinkedRead, OwnedRead, BillingRead, BasedRead):
    """An invoice."""

    number: str | None = Field(
        description="Its number, without a gap; null before it is issued.", examples=["I2026-00017"]
    )
    kind: InvoiceKind = Field(description="Whether the buyer may deduct its tax.", examples=["special"])
    title: str = Field(description="Who it is made out to.", examples=["上海智达科技有限公司"])
    tax_id: str | None = Field(description="Their tax number.", examples=["91350100M000100Y43"])
    bank: str | None = Field(description="Their bank and account.", examples=[None])
    address: str | None = Field(description="Their address and phone number.", examples=[None])
    net_amount: Money = Field(description="Without tax; below zero on a red letter.", examples=[NET])
    tax_amount: Money = Field(description="Tax.", examples=[TAX])
    gross_amount: Money = Field(description="Net amount and tax together.", examples=[MONEY])
    description: str | None = Field(description="More about it.", examples=[None])
    status: InvoiceStatus = Field(description="How far it has come.", examples=["applied"])
    status_entered_at: Instant = Field(description="Since when.")
    approved_by: Id | None = Field(
        description="The principal who approved it: neither who applied for it nor who changed it last.",
        examples=[None],
    )
    issued_on: Day | None = Field(description="The day on it.", examples=[None])
    void_reason: str | None = Field(description="Why it was never issued.", examples=[None])
    red_letter_reason: str | None = Field(description="Why it was taken back.", examples=[None])
    corrects_id: Id | None = Field(
        description="The invoice that it takes back, being a red letter.", examples=[None]
    )
    corrected_by_id: Id | None = Field(description="The red letter that takes it back.", examples=[None])
