"""Bodies and answers of contracts."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints, WithJsonSchema

from crm_api.catalog.products.schemas import Price
from crm_api.kit.reads import Page
from crm_api.kit.schemas import (
    CUSTOM_FIELDS,
    CUSTOM_VALUE,
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
    Whole,
)
from crm_api.sales.contracts.models import ContractStatus, Side
from crm_api.sales.document_lines.schemas import PricedRead, PricedWrite
from crm_api.sales.opportunities.models import AmountSource

NAME, NUMBER = "网关年度框架合同", "C2026-00017"
AMOUNT = {"amount": "42510.60", "currency": "CNY"}
TYPE = "Kind of contract: a code of type `contract_type` in the data dictionary."
NOTICE = "So many days before its end it is announced as expiring; null for never."
SIGNATORY = {"side": "theirs", "name": "李娜", "title": "采购经理"}
Days = Annotated[
    Whole, Field(ge=0, le=3650), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 3650})
]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class SignatoryWrite(Schema):
    """Somebody who signs; a new one needs side and name, a known one keeps what is left out."""

    id: Id | None = Field(None, description="Names a signatory that exists, or the id of a new one.")
    side: Side = Field(Side.THEIRS, description="For whom they sign.", examples=["theirs"])
    name: Line = Field("", description="Name.", examples=["李娜"])
    title: Line | None = Field(None, description="Position.", examples=["采购经理"])
    contact_id: Id | None = Field(None, description="The contact they are.")
    user_id: Id | None = Field(None, description="The user they are.")


Signatories = Annotated[list[SignatoryWrite], Field(max_length=20)]


class ContractHead(Schema):
    """What a client may say about a contract apart from whom it is made with and what it is worth."""

    name: Line = Field("", description="What it is about.", examples=[NAME])
    type: ShortLine | None = Field(None, description=TYPE, examples=["framework"])
    opportunity_id: Id | None = Field(None, description="The deal it comes from; of the same customer.")
    starts_on: Day | None = Field(None, description="The first day; that of its activation when absent.")
    ends_on: Day | None = Field(None, description="The last day; null for no end.", examples=["2027-01-30"])
    renewal_notice_days: Days | None = Field(None, description=NOTICE, examples=[30])
    terms: Prose | None = Field(None, description="Conditions.", examples=["货到 30 天付款"])
    signatories: Signatories = Field(
        default_factory=list, description="Who signs: the complete list.", examples=[[SIGNATORY]]
    )
    owner_id: Id | None = Field(
        None, description="The user who looks after it; the creator unless given, null for nobody."
    )
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class ContractWrite(ContractHead, PricedWrite):
    """What a client may say about a draft; every key may be left out of a change."""

    customer_id: Id = Field("", description="The customer it is made with.")
    amount: Price | None = Field(
        None,
        description="What it is worth, in its currency; with null, and unless stated, what its lines come to with tax.",
        examples=[None],
    )


class ContractCreate(ContractWrite):
    """A new draft."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    name: Line = Field(description="What it is about.", examples=[NAME])
    customer_id: Id = Field(description="The customer it is made with.")


class ContractUpdate(ContractWrite):
    """Changes: absent keeps, null clears."""


class ContractSign(Schema):
    """When both sides have signed."""

    signed_on: Day | None = Field(None, description="The day; today when absent.")


class ContractTerminate(Schema):
    """Why it ends early."""

    reason: Reason = Field(description="Why.", examples=["客户停止采购"])
    ended_on: Day | None = Field(None, description="The last day; today when absent.")


class ContractVoid(Schema):
    """Why it is void."""

    reason: Reason = Field(description="Why.", examples=["重复录入"])


class SignatoryRead(Schema):
    """Somebody who signs."""

    id: Id = Field(description="UUID of the signatory.")
    side: Side = Field(description="For whom they sign.", examples=["theirs"])
    name: str = Field(description="Name.", examples=["李娜"])
    title: str | None = Field(description="Position.", examples=["采购经理"])
    contact_id: Id | None = Field(description="The contact they are.", examples=[None])
    user_id: Id | None = Field(description="The user they are.", examples=[None])


class ContractRead(PricedRead, CustomisedRead, LinkedRead, OwnedRead, DeletableRead):
    """A contract with its lines, sums and signatories."""

    number: str = Field(
        description="Without a gap in each year; the same for every revision.", examples=[NUMBER]
    )
    revision: int = Field(description="Counts the amendments, from 1.", examples=[1])
    amends_id: Id | None = Field(description="The revision it replaces once it is signed.", examples=[None])
    name: str = Field(description="What it is about.", examples=[NAME])
    type: str | None = Field(description=TYPE, examples=["framework"])
    customer_id: Id = Field(description="The customer it is made with.")
    opportunity_id: Id | None = Field(description="The deal it comes from.", examples=[None])
    quote_id: Id | None = Field(
        description="The quote it was made of; that of the first revision.", examples=[None]
    )
    amount: Money = Field(description="What it is worth.", examples=[AMOUNT])
    amount_source: AmountSource = Field(
        description="Whether the amount is what the lines come to or was stated.", examples=["lines"]
    )
    starts_on: Day | None = Field(description="The first day.")
    ends_on: Day | None = Field(description="The last day.")
    renewal_notice_days: int | None = Field(description=NOTICE, examples=[30])
    renewal_notice_on: Day | None = Field(description="The day on which it is announced.")
    terms: str | None = Field(description="Conditions.", examples=["货到 30 天付款"])
    status: ContractStatus = Field(description="How far it has come.", examples=["draft"])
    status_entered_at: Instant = Field(description="Since when.")
    signed_on: Day | None = Field(description="When both sides had signed.", examples=[None])
    ended_on: Day | None = Field(description="When it was terminated or voided.", examples=[None])
    end_reason: str | None = Field(description="Why it was terminated or voided.", examples=[None])
    signatories: list[SignatoryRead] = Field(description="Who signs.")


AnyValue = Annotated[Any, WithJsonSchema({**CUSTOM_VALUE, "examples": ["2027-01-30"]})]


class ContractChange(Schema):
    """A field in which a revision differs from the one it amends."""

    field: str = Field(description="Its name.", examples=["ends_on"])
    from_: AnyValue = Field(alias="from", description="As it was.")
    to: AnyValue = Field(description="As it is.")


class ContractChangeList(Schema):
    """How a revision differs from the one it amends."""

    data: list[ContractChange] = Field(description="One entry for each field that differs.")
    page: Page = Field(description="Always the whole list.")
