"""Bodies and answers of customers."""

from typing import Annotated

from pydantic import Field

from crm_api.kit.contact_points import ContactPoint, Emails, Phones
from crm_api.kit.schemas import (
    CUSTOM_FIELDS,
    CustomFields,
    CustomisedRead,
    DeletableRead,
    ExternalIds,
    Id,
    Instant,
    Line,
    LinkedRead,
    OwnedRead,
    Schema,
    ShortLine,
)
from crm_api.parties.customers.models import CustomerKind, Lifecycle


class CustomerWrite(Schema):
    """What a client may say about a customer; every key may be left out of a change."""

    kind: CustomerKind = Field(
        CustomerKind.COMPANY, description="Company or natural person.", examples=["company"]
    )
    name: Line = Field("", description="Full name.", examples=["上海智达科技有限公司"])
    code: ShortLine | None = Field(None, description="The company's own number; unique.", examples=["C-1024"])
    level: ShortLine | None = Field(None, description="Importance, from the data dictionary.", examples=["A"])
    category: ShortLine | None = Field(None, description="Kind of customer.", examples=["direct"])
    industry: Line | None = Field(None, description="Industry.", examples=["software"])
    source: Line | None = Field(None, description="How the relation began.", examples=["referral"])
    region: Line | None = Field(None, description="Region.", examples=["华东"])
    address: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="Postal address.", examples=["上海市浦东新区世纪大道 100 号"]
    )
    phones: Phones = Field(
        default_factory=list, description="Phone numbers.", examples=[["+86 21 5012 3456"]]
    )
    emails: Emails = Field(
        default_factory=list, description="E-mail addresses.", examples=[["info@zhida.example"]]
    )
    website: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="Website.", examples=["https://zhida.example"]
    )
    tax_id: ShortLine | None = Field(
        None, description="Unified social credit code or VAT number; unique.", examples=["91350100M000100Y43"]
    )
    parent_id: Id | None = Field(None, description="The customer this one belongs to.")
    lifecycle: Lifecycle = Field(
        Lifecycle.PROSPECT, description="How far the relation has come.", examples=["prospect"]
    )
    next_contact_at: Instant | None = Field(None, description="When to get in touch next.")
    owner_id: Id | None = Field(
        None, description="The user who looks after it; the creator unless given, null for nobody."
    )
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class CustomerCreate(CustomerWrite):
    """A new customer."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    name: Line = Field(description="Full name.", examples=["上海智达科技有限公司"])


class CustomerUpdate(CustomerWrite):
    """Changes: absent keeps, null clears."""


class CustomerRead(CustomisedRead, LinkedRead, OwnedRead, DeletableRead):
    """A customer."""

    kind: CustomerKind = Field(description="Company or natural person.")
    name: str = Field(description="Full name.")
    code: str | None = Field(description="The company's own number.")
    level: str | None = Field(description="Importance.")
    category: str | None = Field(description="Kind of customer.")
    industry: str | None = Field(description="Industry.")
    source: str | None = Field(description="How the relation began.")
    region: str | None = Field(description="Region.")
    address: str | None = Field(description="Postal address.")
    phones: list[ContactPoint] | None = Field(description="Phone numbers; null when hidden from you.")
    emails: list[ContactPoint] | None = Field(description="E-mail addresses; null when hidden from you.")
    website: str | None = Field(description="Website.")
    tax_id: str | None = Field(description="Unified social credit code or VAT number.")
    parent_id: str | None = Field(description="The customer this one belongs to.")
    lifecycle: Lifecycle = Field(description="How far the relation has come.")
    lifecycle_entered_at: Instant | None = Field(description="Since when.")
    last_contact_at: Instant | None = Field(description="The last interaction.")
    next_contact_at: Instant | None = Field(description="When to get in touch next.")


class SimilarCustomer(Schema):
    """Another customer that may be the same one; reported, never refused."""

    id: str = Field(description="Its id.")
    name: str = Field(description="Its name.", examples=["上海智达科技"])
    reason: str = Field(description="What is alike: `same_name`.", examples=["same_name"])


class CustomerCreated(CustomerRead):
    """A new customer, with those it resembles among the customers you can see."""

    possible_duplicates: list[SimilarCustomer] = Field(description="Customers that resemble it.")
