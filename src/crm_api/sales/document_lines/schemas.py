"""Bodies and answers of the lines and sums of a document."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, WithJsonSchema

from crm_api.catalog.products.schemas import Percent, Price
from crm_api.kit.schemas import Currency, Id, Money, Quantity, Schema, ShortLine
from crm_api.sales.document_lines.sums import TaxMode

POSITIVE = {"type": "string", "format": "decimal", "pattern": r"^(?!0+(\.0+)?$)\d{1,12}(\.\d{1,6})?$"}
Positive = Annotated[
    Quantity,
    Field(gt=0),
    WithJsonSchema({"anyOf": [POSITIVE, {"type": "integer", "minimum": 1, "maximum": 999_999_999_999}]}),
]
Description = Annotated[str, Field(max_length=2000)]
# what 200 units come to, in examples
PRICE = {"amount": "198.00", "currency": "CNY"}
DISCOUNT = {"amount": "1980.00", "currency": "CNY"}
NO_DISCOUNT = {"amount": "0.00", "currency": "CNY"}
NET = {"amount": "37620.00", "currency": "CNY"}
TAX = {"amount": "4890.60", "currency": "CNY"}
GROSS = {"amount": "42510.60", "currency": "CNY"}
DOCUMENT_LINE = {
    "product_id": "01930b2e-6f00-7000-8000-000000000001",
    "quantity": "200",
    "unit_price": PRICE,
    "discount_percent": "5",
}


class DocumentLineWrite(Schema):
    """A line as a body writes it; a new one needs a product, a known one keeps what is left out."""

    id: Id | None = Field(None, description="Names a line that exists, or the id of a new one.")
    product_id: Id = Field("", description="The product; a retired one cannot stand on a new line.")
    description: Description = Field(
        "",
        description="What the document calls it; the product's name when a new line has none.",
        examples=["智能网关 G2"],
    )
    quantity: Positive = Field(Decimal(1), description="How many units, more than 0.", examples=["200"])
    unit: ShortLine | None = Field(
        None, description="What one of it is; the product's unit.", examples=["台"]
    )
    unit_price: Price = Field(
        default_factory=lambda: Price(amount=Decimal(0), currency="CNY"),
        description="Price of one unit, in the document's currency; the product's price for a new line that names none.",
        examples=[PRICE],
    )
    discount_percent: Percent | None = Field(
        None, description="Discount on the line in percent; either this or an amount.", examples=["5"]
    )
    discount_amount: Price | None = Field(
        None, description="Discount on the whole line; either this or a percent.", examples=[None]
    )
    tax_rate: Percent = Field(
        Decimal(0), description="Tax in percent; the product's rate for a new line.", examples=["13"]
    )


DocumentLines = Annotated[list[DocumentLineWrite], Field(max_length=200)]


class PricedWrite(Schema):
    """What a client may say about lines, currency, tax and discount; the sums follow."""

    currency: Currency = Field(
        "CNY",
        description="ISO 4217 code; that of the first line, else the company's, when absent on creation.",
    )
    tax_mode: TaxMode = Field(
        TaxMode.EXCLUSIVE,
        description="Whether tax is on top of the unit prices or within them.",
        examples=["exclusive"],
    )
    discount_percent: Percent | None = Field(
        None, description="Discount on the document in percent; either this or an amount.", examples=[None]
    )
    discount_amount: Price | None = Field(
        None, description="Discount on the document; either this or a percent.", examples=[None]
    )
    lines: DocumentLines = Field(
        default_factory=list, description="What it is about: the complete list.", examples=[[DOCUMENT_LINE]]
    )


class DocumentLineRead(Schema):
    """A line of a document with what it comes to."""

    id: Id = Field(description="UUID of the line.")
    product_id: Id = Field(description="The product.")
    description: str = Field(description="What the document calls it.", examples=["智能网关 G2"])
    quantity: Quantity = Field(description="How many units.", examples=["200"])
    unit: str | None = Field(description="What one of it is.", examples=["台"])
    unit_price: Money = Field(description="Price of one unit.", examples=[PRICE])
    discount_percent: Quantity | None = Field(
        description="Discount on the line in percent; null when an amount was stated.", examples=["5"]
    )
    discount_amount: Money = Field(description="What is taken off the line.", examples=[DISCOUNT])
    tax_rate: Quantity = Field(description="Tax in percent.", examples=["13"])
    net_amount: Money = Field(
        description="Without tax, after its share of the document's discount.",
        examples=[NET],
    )
    tax_amount: Money = Field(description="Its tax.", examples=[TAX])
    gross_amount: Money = Field(description="With tax.", examples=[GROSS])


class PricedRead(Schema):
    """The sums of a document; the net, tax and gross amounts of its lines come to them exactly."""

    currency: Currency = Field(description="ISO 4217 code of every amount.", examples=["CNY"])
    tax_mode: TaxMode = Field(
        description="Whether tax is on top of the unit prices or within them.", examples=["exclusive"]
    )
    discount_percent: Quantity | None = Field(
        description="Discount on the document in percent; null when an amount was stated.", examples=[None]
    )
    discount_amount: Money = Field(description="What is taken off the document.", examples=[NO_DISCOUNT])
    net_amount: Money = Field(description="Without tax, after discount.", examples=[NET])
    tax_amount: Money = Field(description="Tax.", examples=[TAX])
    gross_amount: Money = Field(description="With tax.", examples=[GROSS])
    lines: list[DocumentLineRead] = Field(description="What it is about.")
