"""Bodies and answers of price books."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from crm_api.catalog.price_books.models import PriceReason, PriceSource
from crm_api.catalog.products.schemas import Price
from crm_api.kit.schemas import (
    Currency,
    Day,
    DeletableRead,
    ExternalIds,
    Flag,
    Id,
    Line,
    LinkedRead,
    Money,
    Quantity,
    Schema,
    ShortLine,
)

Minimum = Annotated[Quantity, Field(ge=0)]
Positive = Annotated[Quantity, Field(gt=0)]
PRICE = {"amount": "179.00", "currency": "CNY"}
PRODUCT = "01930b2e-6f00-7000-8000-000000000001"
ENTRY = {"product_id": PRODUCT, "min_quantity": "100", "unit_price": PRICE}


class PriceBookEntryWrite(Schema):
    """A price as a body writes it; a new one needs product and price, a known one keeps what is left out."""

    id: Id | None = Field(None, description="Names an entry that exists, or the id of a new one.")
    product_id: Id = Field("", description="The product.")
    min_quantity: Minimum = Field(
        Decimal(0), description="The least quantity it holds for; any when absent.", examples=["100"]
    )
    unit_price: Price = Field(
        default_factory=lambda: Price(amount=Decimal(0), currency="CNY"),
        description="Price of one unit without tax, in the book's currency.",
        examples=[PRICE],
    )


Entries = Annotated[list[PriceBookEntryWrite], Field(max_length=500)]


class PriceBookWrite(Schema):
    """What a client may say about a book; every key may be left out of a change."""

    name: Line = Field("", description="Name.", examples=["A 级客户 2026"])
    currency: Currency = Field("CNY", description="ISO 4217 code of every price in it.")
    active: Flag = Field(True, description="Whether it is used.", examples=[True])
    valid_from: Day | None = Field(None, description="The first day on which it holds; null: always has.")
    valid_until: Day | None = Field(None, description="The last day on which it holds; null: no end.")
    customer_level: ShortLine | None = Field(
        None, description="Only for customers of this level; null: of any.", examples=["A"]
    )
    customer_category: ShortLine | None = Field(
        None, description="Only for customers of this category; null: of any.", examples=[None]
    )
    customer_region: Line | None = Field(
        None, description="Only for customers of this region; null: of any.", examples=["华东"]
    )
    entries: Entries = Field(
        default_factory=list, description="Its prices: the complete list.", examples=[[ENTRY]]
    )
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")


class PriceBookCreate(PriceBookWrite):
    """A new book."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    name: Line = Field(description="Name.", examples=["A 级客户 2026"])
    currency: Currency = Field(description="ISO 4217 code of every price in it.")


class PriceBookUpdate(PriceBookWrite):
    """Changes: absent keeps, null clears."""


class PriceBookEntryRead(Schema):
    """A price in a book."""

    id: Id = Field(description="UUID of the entry.")
    product_id: Id = Field(description="The product.")
    min_quantity: Quantity = Field(description="The least quantity it holds for.", examples=["100"])
    unit_price: Money = Field(description="Price of one unit without tax.", examples=[PRICE])


class PriceBookRead(LinkedRead, DeletableRead):
    """A book of prices."""

    name: str = Field(description="Name.", examples=["A 级客户 2026"])
    currency: Currency = Field(description="ISO 4217 code of every price in it.")
    active: bool = Field(description="Whether it is used.")
    valid_from: Day | None = Field(description="The first day on which it holds.")
    valid_until: Day | None = Field(description="The last day on which it holds.")
    customer_level: str | None = Field(description="Only for customers of this level.", examples=["A"])
    customer_category: str | None = Field(description="Only for customers of this category.", examples=[None])
    customer_region: str | None = Field(description="Only for customers of this region.", examples=["华东"])
    entries: list[PriceBookEntryRead] = Field(description="Its prices.")


class PriceWanted(Schema):
    """So much of a product."""

    product_id: Id = Field(description="The product.")
    quantity: Positive = Field(Decimal(1), description="How many units, more than 0.", examples=["120"])


class PriceResolve(Schema):
    """What is asked."""

    customer_id: Id | None = Field(None, description="For whom; nobody in particular when absent.")
    currency: Currency = Field(description="In which currency, ISO 4217.")
    on: Day | None = Field(None, description="On which day; today in the company's time zone when absent.")
    lines: Annotated[list[PriceWanted], Field(min_length=1, max_length=200)] = Field(description="Of what.")


class PriceResolvedLine(Schema):
    """What a product costs, and which rule says so."""

    product_id: Id = Field(description="The product.")
    quantity: Quantity = Field(description="How many units.", examples=["120"])
    unit_price: Money | None = Field(
        description="Price of one unit without tax; null for none.", examples=[PRICE]
    )
    source: PriceSource = Field(description="What decided.", examples=["price_book"])
    reason: PriceReason = Field(description="Why it was that.", examples=["book_applies"])
    price_book_id: Id | None = Field(description="The book that won.")
    price_book_name: str | None = Field(description="What it is called.", examples=["A 级客户 2026"])
    entry_id: Id | None = Field(description="The entry in it.")
    min_quantity: Quantity | None = Field(description="The least quantity that holds for.", examples=["100"])
    conditions: list[str] = Field(
        description="The conditions of the book, all met; the most specific book wins.",
        examples=[["customer_level"]],
    )


class PriceResolved(Schema):
    """What was asked for costs."""

    currency: Currency = Field(description="ISO 4217 code of every price.")
    on: Day = Field(description="The day it holds for.")
    lines: list[PriceResolvedLine] = Field(description="In the order of the request.")
