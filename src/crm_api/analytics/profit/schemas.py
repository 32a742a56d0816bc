"""The answer about the profit of a customer."""

from typing import Annotated

from pydantic import Field

from crm_api.kit.schemas import Currency, Id, Instant, Money, Schema

Count = Annotated[int, Field(ge=0)]
MONEY = {"amount": "11300.00", "currency": "CNY"}


class ProfitExcluded(Schema):
    """What is left out because nobody knew its worth in the company's currency; then the figures say less than all."""

    payments: Count = Field(description="Payments without a rate.", examples=[0])
    refunds: Count = Field(description="Refunds without a rate.", examples=[0])
    goods: Count = Field(
        description="Order lines shipped, without a cost of their product or a rate for it.", examples=[0]
    )
    expenses: Count = Field(description="Lines of expense claims without a rate.", examples=[0])


class CustomerProfit(Schema):
    """What is left of what a customer paid, in the company's currency by the rates that the records froze."""

    customer_id: Id = Field(description="The customer.")
    currency: Currency = Field(description="The company's, of every amount.")
    received: Money = Field(
        description="All payments of the customer that were not reversed, tax included, allocated or not; by `received_on`.",
        examples=[MONEY],
    )
    refunded: Money = Field(
        description="What of these payments was paid back; by `refunded_on`.", examples=[MONEY]
    )
    cost: Money | None = Field(
        description="What the goods cost that left for the customer's orders, less what came back: quantity times the cost"
        " of the product when the order was placed, to the minor unit for each order line; by the day they left or came"
        " back. Null when costs are hidden from you.",
        examples=[MONEY],
    )
    expenses: Money = Field(
        description="Lines of approved and paid expense claims for the customer, its orders or its opportunities, each"
        " once, tax included; by `spent_on`. One that names several counts for its customer, else that of its order.",
        examples=[MONEY],
    )
    profit: Money | None = Field(
        description="`received` - `refunded` - `cost` - `expenses`. Null when costs are hidden from you.",
        examples=[MONEY],
    )
    excluded: ProfitExcluded = Field(description="What is left out.")
    as_of: Instant = Field(description="When the figures were taken.")
    redacted: list[str] = Field(description="The figures that are hidden from you.", examples=[[]])
