"""What of a payment is for which receivable."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from crm_api.finance.billing.service import demand_minor_units
from crm_api.finance.payments.errors import Exceeds
from crm_api.finance.payments.models import Payment, PaymentAllocation
from crm_api.finance.receivables.models import SETTLING, Receivable
from crm_api.finance.receivables.settling import SettlingService
from crm_api.kit.errors import Invalid
from crm_api.kit.uow import UnitOfWork


class AllocatingService:
    """Changes the payment and its allocations, which its caller saves, and settles the receivables."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._settling = SettlingService(uow)

    async def allocate(
        self,
        payment: Payment,
        before: Sequence[PaymentAllocation],
        wanted: Sequence[Mapping[str, Any]],
        on: date,
    ) -> list[PaymentAllocation]:
        """The allocations of a payment with new ones from a day on; Invalid where one exceeds what is left."""
        found = await self._settling.locked([item["receivable_id"] for item in wanted], visible=True)
        more: dict[str, Decimal] = {}
        made = []
        for place, item in enumerate(wanted):
            at, amount = f"/allocations/{place}", item["amount"]
            row = found.get(item["receivable_id"])
            if row is None:
                raise Invalid.at(f"{at}/receivable_id", "reference_not_found", resource="receivable")
            demand_minor_units(item, "amount", at=at)
            _check(payment, row, item, row.rest - more.get(row.id, Decimal(0)), at)
            more[row.id] = more.get(row.id, Decimal(0)) + amount
            payment.allocated_amount += amount
            made.append(
                PaymentAllocation.new(
                    payment_id=payment.id, allocated_on=on, position=len(before) + place, **item
                )
            )
        await self._settling.settle(
            [(found[receivable_id], more[receivable_id]) for receivable_id in sorted(more)]
        )
        return [*before, *made]

    async def release(self, payment: Payment, standing: Sequence[PaymentAllocation], on: date) -> None:
        """Take allocations back from a day on."""
        found = await self._settling.locked([row.receivable_id for row in standing], visible=False)
        less: dict[str, Decimal] = {}
        for row in standing:
            row.released_on = max(on, row.allocated_on)
            less[row.receivable_id] = less.get(row.receivable_id, Decimal(0)) - row.amount
            payment.allocated_amount -= row.amount
        await self._settling.settle(
            [(found[receivable_id], less[receivable_id]) for receivable_id in sorted(less)]
        )


def _check(payment: Payment, row: Receivable, item: Mapping[str, Any], rest: Decimal, at: str) -> None:
    amount, currency = item["amount"], item["amount_currency"]
    if row.customer_id != payment.customer_id:
        raise Invalid.at(f"{at}/receivable_id", "other_customer")
    if currency != payment.amount_currency or currency != row.amount_currency:
        raise Invalid.at(f"{at}/amount", "other_currency")
    if row.status not in SETTLING.steps["receive"].origins:
        raise Invalid.at(f"{at}/receivable_id", "not_owed", status=row.status)
    for code, left in (("exceeds_payment", payment.rest), ("exceeds_receivable", rest)):
        if amount > left:
            raise Exceeds(f"{at}/amount", code, left, currency)
