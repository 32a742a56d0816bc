"""The answer of the ageing report."""

from pydantic import Field

from crm_api.kit.schemas import Currency, Day, Id, Money, Schema


class AgeingBuckets(Schema):
    """What is owed and not paid, by the days since it was due."""

    not_due: Money = Field(description="Due on the day of the report or later.")
    days_1_30: Money = Field(description="1 to 30 days past due.")
    days_31_60: Money = Field(description="31 to 60 days past due.")
    days_61_90: Money = Field(description="61 to 90 days past due.")
    over_90: Money = Field(description="More than 90 days past due.")
    total: Money = Field(description="All of it.")


class AgeingCustomer(Schema):
    """Who owes it."""

    id: Id = Field(description="UUID of the customer.")
    name: str | None = Field(
        description="Its name; null when you may not see it.", examples=["上海智达科技有限公司"]
    )


class AgeingRow(AgeingBuckets):
    """What one customer owes."""

    customer: AgeingCustomer = Field(description="The customer who owes this.")


class Ageing(Schema):
    """How long what is owed has been due, within the reach of the reader."""

    data: list[AgeingRow] = Field(description="By customer, those who owe most first.")
    totals: AgeingBuckets = Field(description="Everybody together.")
    as_of: Day = Field(description="The end of which day it tells of, in the company's time zone.")
    currency: Currency = Field(description="Of every amount in the report.")
    excluded: int = Field(
        description="Receivables left out because they are in another currency.", examples=[0]
    )
    truncated: bool = Field(
        description="Whether there are more customers than shown; totals cover all.", examples=[False]
    )
