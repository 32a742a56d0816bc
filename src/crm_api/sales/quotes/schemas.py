"""Bodies and answers of quotes."""

from typing import Annotated

from pydantic import Field

from crm_api.kit.contact_points import Email
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
)
from crm_api.sales.contracts.schemas import ContractHead
from crm_api.sales.document_lines.schemas import (
    DISCOUNT,
    GROSS,
    NET,
    NO_DISCOUNT,
    PRICE,
    TAX,
    PricedRead,
    PricedWrite,
)
from crm_api.sales.document_lines.sums import TaxMode
from crm_api.sales.orders.schemas import LinePromise, OrderHead
from crm_api.sales.quotes.models import QuoteStatus

Note = Annotated[str, Field(max_length=2000)]
NAME, NUMBER = "智达科技 · 网关 200 台", "Q2026-00017"
TERMS = "货到 30 天付款"


class QuoteWrite(PricedWrite):
    """What a client may say about a draft; every key may be left out of a change."""

    name: Line = Field("", description="What it is about.", examples=[NAME])
    customer_id: Id = Field("", description="The customer it is for.")
    contact_id: Id | None = Field(None, description="Whom it is addressed to there.")
    opportunity_id: Id | None = Field(None, description="The deal it belongs to; of the same customer.")
    owner_id: Id | None = Field(
        None, description="The user who works on it; the creator unless given, null for nobody."
    )
    valid_until: Day | None = Field(
        None,
        description="The last day on which it can be accepted, in the company's time zone; null: no end.",
    )
    terms: Prose | None = Field(None, description="Conditions; the customer reads them.", examples=[TERMS])
    notes: Prose | None = Field(
        None, description="For ourselves; the customer never sees them.", examples=["毛利 18%"]
    )
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class QuoteCreate(QuoteWrite):
    """A new draft."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    name: Line = Field(description="What it is about.", examples=[NAME])
    customer_id: Id = Field(description="The customer it is for.")


class QuoteUpdate(QuoteWrite):
    """Changes: absent keeps, null clears."""


class QuoteDecision(Schema):
    """Who has decided, as they told us."""

    decided_by_name: Line | None = Field(None, description="Who said so.", examples=["李娜"])
    decided_by_email: Email | None = Field(None, description="Their e-mail address.")
    decision_note: Note | None = Field(None, description="What they said.", examples=["请下周发货"])


class QuoteOrder(OrderHead):
    """What an order needs besides its quote; what is left out is the quote's."""

    id: Id | None = Field(None, description="Of the order: chosen by the client; made when absent.")
    name: Line = Field("", description="What it is about; the quote's name.", examples=[NAME])
    contact_id: Id | None = Field(None, description="Whom to talk to; the quote's contact.")
    opportunity_id: Id | None = Field(None, description="The deal it comes from; the quote's.")
    owner_id: Id | None = Field(
        None, description="The user who looks after it; the quote's owner, null for nobody."
    )
    notes: Prose | None = Field(None, description="For ourselves; the quote's notes.")
    warehouse_id: Id | None = Field(
        None,
        description="Where it is shipped from; the only one when the company has one, else required for stock.",
    )
    promised_on: Day | None = Field(None, description="The day by which everything is promised.")
    promises: Annotated[list[LinePromise], Field(max_length=200)] = Field(
        default_factory=list, description="Days of single lines of the quote; they go before that of all."
    )


class QuoteContract(ContractHead):
    """What a contract needs besides its quote; what is left out is the quote's."""

    id: Id | None = Field(None, description="Of the contract: chosen by the client; made when absent.")
    name: Line = Field("", description="What it is about; the quote's name.", examples=[NAME])
    opportunity_id: Id | None = Field(None, description="The deal it comes from; the quote's.")
    terms: Prose | None = Field(None, description="Conditions; the quote's terms.", examples=[TERMS])
    owner_id: Id | None = Field(
        None, description="The user who looks after it; the quote's owner, null for nobody."
    )


class QuoteRead(PricedRead, CustomisedRead, LinkedRead, OwnedRead, DeletableRead):
    """A quote with its lines and sums."""

    number: str = Field(description="Its number; every version has the same.", examples=[NUMBER])
    version_number: int = Field(description="Counts the versions, from 1.", examples=[1])
    previous_id: Id | None = Field(description="The version before.", examples=[None])
    name: str = Field(description="What it is about.", examples=[NAME])
    customer_id: Id = Field(description="The customer it is for.")
    customer_name: str = Field(
        description="What they were called when it was written.", examples=["上海智达科技有限公司"]
    )
    contact_id: Id | None = Field(description="Whom it is addressed to there.")
    contact_name: str | None = Field(
        description="What they were called when it was written.", examples=["李娜"]
    )
    opportunity_id: Id | None = Field(description="The deal it belongs to.")
    valid_until: Day | None = Field(description="The last day on which it can be accepted.")
    terms: str | None = Field(description="Conditions.", examples=[TERMS])
    notes: str | None = Field(description="For ourselves.", examples=[None])
    status: QuoteStatus = Field(description="How far it has come.", examples=["sent"])
    status_entered_at: Instant = Field(description="Since when.")
    sent_at: Instant | None = Field(description="When it was last sent.")
    viewed_at: Instant | None = Field(description="When its link was first opened.", examples=[None])
    decided_at: Instant | None = Field(description="When it was accepted or rejected.", examples=[None])
    decided_by_name: str | None = Field(description="Who accepted or rejected it.", examples=[None])
    decided_by_email: str | None = Field(description="Their e-mail address.", examples=[None])
    decided_from_ip: str | None = Field(
        description="The address it came from, through the link.", examples=[None]
    )
    decision_note: str | None = Field(description="What they said.", examples=[None])
    order_id: Id | None = Field(description="The order it has become.", examples=[None])
    contract_id: Id | None = Field(description="The contract it has become.", examples=[None])


class QuoteSent(QuoteRead):
    """A quote that was sent, with the link for its customer."""

    secret: str = Field(
        description="The token of the link. It is shown here alone, and to a repetition under the same Idempotency-Key.",
        examples=["crm_ql_…"],
    )
    link: str = Field(
        description="Where the customer reads and decides, at this server.",
        examples=["/api/v1/public/quotes/crm_ql_…"],
    )


class PublicDecision(QuoteDecision):
    """Who decides."""

    decided_by_name: Line = Field(description="Your name.", examples=["李娜"])
    decided_by_email: Email = Field(description="Your e-mail address.")


class PublicQuoteLine(Schema):
    """A line as the customer reads it."""

    description: str = Field(description="What it is.", examples=["智能网关 G2"])
    quantity: Quantity = Field(description="How many units.", examples=["200"])
    unit: str | None = Field(description="What one of it is.", examples=["台"])
    unit_price: Money = Field(description="Price of one unit.", examples=[PRICE])
    discount_percent: Quantity | None = Field(description="Discount in percent.", examples=["5"])
    discount_amount: Money = Field(description="What is taken off.", examples=[DISCOUNT])
    tax_rate: Quantity = Field(description="Tax in percent.", examples=["13"])
    net_amount: Money = Field(description="Without tax, after every discount.", examples=[NET])
    tax_amount: Money = Field(description="Its tax.", examples=[TAX])
    gross_amount: Money = Field(description="With tax.", examples=[GROSS])


class PublicQuote(Schema):
    """A quote as the customer reads it."""

    company_name: str = Field(description="Who quotes.", examples=["云帆软件"])
    number: str = Field(description="Its number.", examples=[NUMBER])
    version_number: int = Field(description="Its version.", examples=[1])
    name: str = Field(description="What it is about.", examples=[NAME])
    status: QuoteStatus = Field(description="Whether it waits for an answer.", examples=["sent"])
    customer_name: str = Field(description="Whom it is for.", examples=["上海智达科技有限公司"])
    contact_name: str | None = Field(description="Whom it is addressed to.", examples=["李娜"])
    valid_until: Day | None = Field(description="The last day on which it can be accepted.")
    terms: str | None = Field(description="Conditions.", examples=[TERMS])
    currency: str = Field(description="ISO 4217 code of every amount.", examples=["CNY"])
    tax_mode: TaxMode = Field(
        description="Whether tax is on top of the prices or within them.", examples=["exclusive"]
    )
    discount_percent: Quantity | None = Field(
        description="Discount on everything in percent.", examples=[None]
    )
    discount_amount: Money = Field(description="What is taken off everything.", examples=[NO_DISCOUNT])
    net_amount: Money = Field(description="Without tax.", examples=[NET])
    tax_amount: Money = Field(description="Tax.", examples=[TAX])
    gross_amount: Money = Field(description="With tax.", examples=[GROSS])
    lines: list[PublicQuoteLine] = Field(description="What is offered.")
