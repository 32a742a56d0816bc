"""Bodies and answers of products."""

from typing import Annotated

from pydantic import Field

from crm_api.catalog.products.models import ProductLifecycle
from crm_api.kit.schemas import (
    CUSTOM_FIELDS,
    Amount,
    CustomFields,
    CustomisedRead,
    DeletableRead,
    ExternalIds,
    Flag,
    Id,
    Line,
    LinkedRead,
    Money,
    Prose,
    Quantity,
    Schema,
    ShortLine,
)

Percent = Annotated[Quantity, Field(ge=0, le=100)]


class Price(Money):
    """An exact amount that is not negative, e.g. 199.90 CNY."""

    amount: Annotated[Amount, Field(ge=0)] = Field(
        description="Exact decimal as text, not negative, at most 6 digits after the point."
    )


class ProductWrite(Schema):
    """What a client may say about a product; every key may be left out of a change."""

    code: ShortLine = Field("", description="The company's own number; unique.", examples=["P-200"])
    name: Line = Field("", description="Name.", examples=["智能网关 G2"])
    spec: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="Specification or model.", examples=["4 口, 2.5 GbE"]
    )
    unit: ShortLine | None = Field(None, description="What one of it is.", examples=["台"])
    category: Line | None = Field(None, description="Kind of product.", examples=["网络设备"])
    lifecycle: ProductLifecycle = Field(
        ProductLifecycle.ACTIVE, description="A retired product is not sold any more.", examples=["active"]
    )
    list_price: Price | None = Field(
        None,
        description="Price of one unit without tax.",
        examples=[{"amount": "199.90", "currency": "CNY"}],
    )
    cost: Price | None = Field(
        None, description="What one unit costs us.", examples=[{"amount": "80.00", "currency": "CNY"}]
    )
    floor_price: Price | None = Field(
        None,
        description="The lowest price of one unit, without tax, that can be quoted without approval.",
        examples=[{"amount": "150.00", "currency": "CNY"}],
    )
    tax_rate: Percent | None = Field(None, description="In percent, 0 to 100.", examples=["13"])
    stocked: Flag = Field(
        False,
        description="Whether stock of it is kept: orders then reserve it, and cannot promise what is not there.",
        examples=[True],
    )
    description: Prose | None = Field(None, description="What else is worth knowing.")
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")
    custom_fields: CustomFields = Field(
        default_factory=dict, description=f"{CUSTOM_FIELDS}. A key left out is kept, null clears it."
    )


class ProductCreate(ProductWrite):
    """A new product."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    code: ShortLine = Field(description="The company's own number; unique.", examples=["P-200"])
    name: Line = Field(description="Name.", examples=["智能网关 G2"])


class ProductUpdate(ProductWrite):
    """Changes: absent keeps, null clears, money is replaced whole."""


class ProductRead(CustomisedRead, LinkedRead, DeletableRead):
    """A product."""

    code: str = Field(description="The company's own number.")
    name: str = Field(description="Name.")
    spec: str | None = Field(description="Specification or model.")
    unit: str | None = Field(description="What one of it is.")
    category: str | None = Field(description="Kind of product.")
    lifecycle: ProductLifecycle = Field(description="A retired product is not sold any more.")
    list_price: Money | None = Field(description="Price of one unit without tax.")
    cost: Money | None = Field(description="What one unit costs us; null when hidden from you.")
    floor_price: Money | None = Field(
        description="The lowest price of one unit that can be quoted without approval; null when hidden from you."
    )
    tax_rate: Quantity | None = Field(description="In percent.")
    stocked: bool = Field(description="Whether stock of it is kept.", examples=[True])
    description: str | None = Field(description="What else is worth knowing.")
