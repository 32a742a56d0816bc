"""Paying back what came in, and taking back what did not."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from crm_api.finance.billing.service import demand_minor_units
from crm_api.finance.payments.allocating import AllocatingService
from crm_api.finance.payments.errors import REFUNDED, Exceeds
from crm_api.finance.payments.models import STATES, Payment, PaymentRefund
from crm_api.finance.payments.repository import PaymentRepository
from crm_api.finance.payments.resource import ALLOCATIONS, REFUNDS
from crm_api.kit import clock
from crm_api.kit.errors import Invalid
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.exchange_rates.service import ExchangeRateService


class RefundingService:
    """Raises kinds, emits facts; never queries, never commits.

    Of a payment no more is ever paid back than came in and settles nothing: whoever refunds it holds it.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = PaymentRepository(uow)
        self._allocating = AllocatingService(uow)

    async def refund(self, payment_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Pay back some of the customer's credit or, with an order, what is due for goods of it that came back.

        Its worth in the company's currency is frozen by the rate of the day on which it was paid back.
        """
        payment = await self._repository.load(payment_id)
        STATES.take(payment, "refund", clock.now())
        values = {**given, "refunded_on": given.get("refunded_on") or self._today()}
        self._check(payment, values)
        amount, order_id = values["amount"], values.get("order_id")
        parts = await self._repository.children(payment, ALLOCATIONS.name)
        before = await self._repository.children(payment, REFUNDS.name)
        if order_id is not None:
            parts = await self._allocating.take_back(payment, parts, order_id, amount, self._today())
        if amount > (rest := payment.rest(before)):
            raise Exceeds(
                pointer=REFUNDED, code="exceeds_payment", rest=rest, currency=payment.amount_currency
            )
        values["method"] = values.get("method") or payment.method
        refund = PaymentRefund.new(payment_id=payment.id, position=len(before), **values)
        currency, on = payment.amount_currency, refund.refunded_on
        refund.apply(await ExchangeRateService(self.uow).as_columns(amount, currency, on))
        listed = {ALLOCATIONS.name: parts, REFUNDS.name: [*before, refund]}
        return await self._repository.save(payment, event="refunded", children=listed)

    async def reverse(self, payment_id: str, reason: str) -> dict[str, Any]:
        """It does not count any more: all it settled is owed again. What was received stays on record."""
        payment = await self._repository.load(payment_id)
        refunds = await self._repository.children(payment, REFUNDS.name)
        payment.reverse(reason, refunds, clock.now())
        children = await self._repository.children(payment, ALLOCATIONS.name)
        standing = [row for row in children if row.released_on is None]
        await self._allocating.release(payment, standing, self._today())
        return await self._repository.save(payment, event="reversed", children={ALLOCATIONS.name: children})

    def _check(self, payment: Payment, values: Mapping[str, Any]) -> None:
        demand_minor_units(values, "amount")
        if values["amount_currency"] != payment.amount_currency:
            raise Invalid.at(REFUNDED, "other_currency")
        if values["refunded_on"] > self._today():
            raise Invalid.at("/refunded_on", "received_in_future")
        if values["refunded_on"] < payment.received_on:
            raise Invalid.at("/refunded_on", "refunded_before", day=str(payment.received_on))

    def _today(self) -> date:
        return clock.today(self.uow.principal.time_zone)
