"""What bodies and answers say of the document that is billed, and of amounts."""

from typing import Annotated

from pydantic import Field

from crm_api.kit.schemas import Amount, Id, Money, Schema

MONEY = {"amount": "11300.00", "currency": "CNY"}
ORDER = "01930b2e-6f00-7000-8000-000000000002"
CUSTOMER = "The customer; the document's when a document is named."


class Due(Money):
    """An exact amount of more than nothing, in whole minor units of its currency."""

    amount: Annotated[Amount, Field(gt=0)] = Field(
        description="Exact decimal as text, more than 0, with no more digits than the currency has."
    )


class BillingWrite(Schema):
    """Whom and what it is about: at most one document."""

    customer_id: Id | None = Field(None, description=CUSTOMER)
    contract_id: Id | None = Field(None, description="The contract that is billed.", examples=[None])
    order_id: Id | None = Field(None, description="The order that is billed.", examples=[ORDER])


class BillingRead(Schema):
    """Whom and what it is about."""

    customer_id: Id = Field(description="The customer.")
    contract_id: Id | None = Field(description="The contract that is billed.", examples=[None])
    order_id: Id | None = Field(description="The order that is billed.", examples=[None])
