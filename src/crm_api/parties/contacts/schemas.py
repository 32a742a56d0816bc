"""Bodies and answers of contacts."""

from typing import Annotated

from pydantic import Field

from crm_api.kit.contact_points import ContactPoint, Emails, Phones
from crm_api.kit.schemas import (
    CUSTOM_FIELDS,
    CustomFields,
    CustomisedRead,
    Day,
    DeletableRead,
    ExternalIds,
    Flag,
    Id,
    Line,
    LinkedRead,
    OwnedRead,
    Prose,
    Schema,
    ShortLine,
)


class ImId(Schema):
    """An account of an instant messenger."""

    kind: ShortLine = Field(description="The messenger.", examples=["wechat"])
    value: Line = Field(description="The account there.", examples=["li_na_88"])


ImIds = Annotated[list[ImId], Field(max_length=20)]


class ContactWrite(Schema):
    """What a client may say about a contact; every key may be left out of a change."""

    name: Line = Field("", description="Full name.", examples=["李娜"])
    title: Line | None = Field(None, description="Job title.", examples=["采购总监"])
    department: Line | None = Field(None, description="Department.", examples=["采购部"])
    customer_id: Id | None = Field(None, description="The customer the person works at first of all.")
    reports_to_id: Id | None = Field(None, description="The contact who is the person's superior.")
    phones: Phones = Field(
        default_factory=list, description="Phone numbers.", examples=[["+86 138 0013 8000"]]
    )
    emails: Emails = Field(
        default_factory=list, description="E-mail addresses.", examples=[["li.na@zhida.example"]]
    )
    im_ids: ImIds = Field(
        default_factory=list,
        description="Instant messenger accounts.",
        examples=[[{"kind": "wechat", "value": "li_na_88"}]],
    )
    birthday: Day | None = Field(None, description="Date of birth.", examples=["1988-05-20"])
    address: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="Postal address.", examples=["上海市浦东新区世纪大道 100 号"]
    )
    email_opt_out: Flag = Field(False, description="Wants no marketing by e-mail.", examples=[False])
    phone_opt_out: Flag = Field(False, description="Wants no marketing by phone.", examples=[False])
    sms_opt_out: Flag = Field(False, description="Wants no marketing by SMS.", examples=[False])
    description: Prose | None = Field(None, description="What else is worth knowing.")
    owner_id: Id | None = Field(
        None, description="The user who looks after it; the creator unless given, null for nobody."
    )
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class ContactCreate(ContactWrite):
    """A new contact."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    name: Line = Field(description="Full name.", examples=["李娜"])


class ContactUpdate(ContactWrite):
    """Changes: absent keeps, null clears."""


class ContactRead(CustomisedRead, LinkedRead, OwnedRead, DeletableRead):
    """A contact."""

    name: str = Field(description="Full name.")
    title: str | None = Field(description="Job title.")
    department: str | None = Field(description="Department.")
    customer_id: str | None = Field(description="The customer the person works at first of all.")
    reports_to_id: str | None = Field(description="The contact who is the person's superior.")
    phones: list[ContactPoint] | None = Field(description="Phone numbers; null when hidden from you.")
    emails: list[ContactPoint] | None = Field(description="E-mail addresses; null when hidden from you.")
    im_ids: list[ImId] | None = Field(description="Instant messenger accounts; null when hidden from you.")
    birthday: Day | None = Field(description="Date of birth.")
    address: str | None = Field(description="Postal address.")
    email_opt_out: bool = Field(description="Wants no marketing by e-mail.")
    phone_opt_out: bool = Field(description="Wants no marketing by phone.")
    sms_opt_out: bool = Field(description="Wants no marketing by SMS.")
    description: str | None = Field(description="What else is worth knowing.")
