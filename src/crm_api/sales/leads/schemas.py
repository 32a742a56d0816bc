"""Bodies and answers of leads."""

from typing import Annotated, Literal

from pydantic import Field

from crm_api.catalog.products.schemas import Price
from crm_api.kit.contact_points import ContactPoint, Emails, Phones
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
    OwnedRead,
    Prose,
    Schema,
    ShortLine,
)
from crm_api.sales.leads.models import LeadStatus

Address = Annotated[str, Field(max_length=500)]
REASON = "Code of type `lead_discard_reason` in the data dictionary."


class LeadWrite(Schema):
    """What a client may say about a lead that is not converted; every key may be left out of a change."""

    name: Line = Field("", description="The person.", examples=["李娜"])
    company_name: Line | None = Field(
        None,
        description="Where they work; without it the person is the customer to be.",
        examples=["上海智达科技有限公司"],
    )
    title: Line | None = Field(None, description="Position there.", examples=["采购经理"])
    phones: Phones = Field(
        default_factory=list, description="Phone numbers.", examples=[["+86 138 0013 8000"]]
    )
    emails: Emails = Field(
        default_factory=list, description="E-mail addresses.", examples=[["li.na@zhida.example"]]
    )
    website: Address | None = Field(None, description="Website.", examples=["https://zhida.example"])
    industry: Line | None = Field(None, description="Industry.", examples=["software"])
    region: Line | None = Field(None, description="Region.", examples=["华东"])
    address: Address | None = Field(
        None, description="Postal address.", examples=["上海市浦东新区世纪大道 100 号"]
    )
    source: Line | None = Field(None, description="How they came to us.", examples=["trade_fair"])
    description: Prose | None = Field(
        None, description="What they are interested in.", examples=["网关 200 台"]
    )
    owner_id: Id | None = Field(
        None, description="The user who works on it; the creator unless given, null for nobody."
    )
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class LeadCreate(LeadWrite):
    """A new lead."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    name: Line = Field(description="The person.", examples=["李娜"])


class LeadUpdate(LeadWrite):
    """Changes: absent keeps, null clears."""


class LeadDiscard(Schema):
    """Why it is given up."""

    discard_reason: ShortLine = Field(description=f"Why. {REASON}", examples=["no_need"])
    discard_note: Annotated[str, Field(max_length=2000)] | None = Field(
        None, description="More about it.", examples=["已自行开发"]
    )


class ConvertedOpportunity(Schema):
    """The deal that begins; what is left out is made of the lead."""

    name: Line | None = Field(
        None, description="What it is about; the company or the person when absent.", examples=["网关 200 台"]
    )
    amount: Price | None = Field(
        None, description="What it is worth.", examples=[{"amount": "19800.00", "currency": "CNY"}]
    )
    expected_close_on: Day | None = Field(None, description="When it will probably be decided.")
    pipeline_id: Id | None = Field(None, description="A pipeline; the default when absent.")


class LeadConvert(Schema):
    """What the lead becomes. Everything is matched or made when the body is empty."""

    customer_id: Id | None = Field(
        None, description="The customer it belongs to; matched by name, else created, when absent."
    )
    contact_id: Id | None = Field(
        None, description="The contact it is; matched at the customer, else created, when absent."
    )
    opportunity: ConvertedOpportunity | None = Field(
        default_factory=ConvertedOpportunity, description="The deal that begins; null for none."
    )


class LeadRead(CustomisedRead, LinkedRead, OwnedRead, DeletableRead):
    """A lead."""

    name: str = Field(description="The person.", examples=["李娜"])
    company_name: str | None = Field(description="Where they work.", examples=["上海智达科技有限公司"])
    title: str | None = Field(description="Position there.", examples=["采购经理"])
    phones: list[ContactPoint] | None = Field(description="Phone numbers; null when hidden from you.")
    emails: list[ContactPoint] | None = Field(description="E-mail addresses; null when hidden from you.")
    website: str | None = Field(description="Website.", examples=["https://zhida.example"])
    industry: str | None = Field(description="Industry.", examples=["software"])
    region: str | None = Field(description="Region.", examples=["华东"])
    address: str | None = Field(description="Postal address.", examples=["上海市浦东新区世纪大道 100 号"])
    source: str | None = Field(description="How they came to us.", examples=["trade_fair"])
    description: str | None = Field(description="What they are interested in.", examples=["网关 200 台"])
    status: LeadStatus = Field(description="How far it has come.", examples=["new"])
    status_entered_at: Instant = Field(description="Since when.")
    contacted_at: Instant | None = Field(description="When somebody first talked to them.", examples=[None])
    discard_reason: str | None = Field(description=f"Why it was given up. {REASON}", examples=[None])
    discard_note: str | None = Field(description="More about it.", examples=[None])
    converted_at: Instant | None = Field(description="When it was converted.", examples=[None])
    customer_id: Id | None = Field(description="The customer it has become.", examples=[None])
    contact_id: Id | None = Field(description="The contact it has become.", examples=[None])
    opportunity_id: Id | None = Field(description="The deal that began.", examples=[None])


class KnownParty(Schema):
    """Somebody who is known already and may be the same; reported, never refused."""

    type: Literal["customers", "contacts", "leads"] = Field(description="What it is.", examples=["contacts"])
    id: Id = Field(description="Its id.")
    name: str = Field(description="Its name.", examples=["李娜"])
    reason: Literal["same_phone", "same_email", "same_company"] = Field(
        description="What is alike; a company but for its legal form.", examples=["same_phone"]
    )


class LeadCreated(LeadRead):
    """A new lead, with those it may be already among the customers, contacts and leads you can see."""

    possible_duplicates: list[KnownParty] = Field(
        description="Who is known already by its number, its address or its company; at most five."
    )
