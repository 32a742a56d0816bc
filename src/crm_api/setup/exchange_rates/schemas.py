"""Bodies and answers of exchange rates."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, WithJsonSchema

from crm_api.kit.schemas import Currency, Day, Id, Money, Quantity, RecordRead, Schema

POSITIVE = {"type": "string", "format": "decimal", "pattern": r"^(?!0+(\.0+)?$)\d{1,12}(\.\d{1,6})?$"}
Rate = Annotated[
    Quantity,
    Field(gt=0),
    WithJsonSchema({"anyOf": [POSITIVE, {"type": "integer", "minimum": 1, "maximum": 999_999_999_999}]}),
]
WORTH = "Units of the company's currency for one unit of the foreign one"


class ExchangeRateWrite(Schema):
    """What a client may say about a rate; every key may be left out of a change."""

    currency: Currency = Field("", description="The foreign currency.", examples=["USD"])
    rate_on: Day = Field(
        default_factory=lambda: date.min, description="From which day on it holds, until the next one."
    )
    rate: Rate = Field(Decimal(1), description=f"{WORTH}, more than 0.", examples=["7.1882"])


class ExchangeRateCreate(ExchangeRateWrite):
    """A new rate."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    currency: Currency = Field(description="The foreign currency.", examples=["USD"])
    rate_on: Day = Field(description="From which day on it holds, until the next one.")
    rate: Rate = Field(description=f"{WORTH}, more than 0.", examples=["7.1882"])


class ExchangeRateUpdate(ExchangeRateWrite):
    """Changes: absent keeps."""


class ExchangeRateRead(RecordRead):
    """What a currency is worth from a day on."""

    currency: Currency = Field(description="The foreign currency.", examples=["USD"])
    rate_on: Day = Field(description="From which day on it holds, until the next one.")
    rate: Quantity = Field(description=f"{WORTH}.", examples=["7.1882"])


class BasedRead(Schema):
    """What an amount was worth in the company's currency, frozen; null while it is not, or no rate was known."""

    base_amount: Money | None = Field(
        description="In the company's currency.", examples=[{"amount": "11300.00", "currency": "CNY"}]
    )
    rate: Quantity | None = Field(description=f"{WORTH}.", examples=["1"])
    rate_on: Day | None = Field(description="The day of that rate.")
