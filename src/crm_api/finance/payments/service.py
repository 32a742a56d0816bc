"""Recording payments and what they settle; what takes them back is in `refunding`."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from crm_api.finance.billing.service import demand_minor_units
from crm_api.finance.payments.allocating import AllocatingService
from crm_api.finance.payments.models import STATES, Payment
from crm_api.finance.payments.repository import PaymentRepository
from crm_api.finance.payments.resource import ALLOCATIONS, ASSIGN, REFUNDS, payments
from crm_api.kit import clock
from crm_api.kit.errors import Invalid
from crm_api.kit.owning import assign_owner, first_owner
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.exchange_rates.service import ExchangeRateService
from crm_api.setup.number_series.service import NumberSeriesService


class PaymentService:
    """Raises kinds, emits facts; never queries, never commits. The payment is held before its receivables, always."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = PaymentRepository(uow)
        self._allocating = AllocatingService(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Money that came in, with the next number, and what it settles at once."""
        values = dict(given)
        refuse_unwritable(self.uow, payments, values)
        demand_minor_units(values, "amount")
        if values["received_on"] > self._today():
            raise Invalid.at("/received_on", "received_in_future")
        named = "owner_id" in values
        owner = await first_owner(self.uow, values)
        if not named:
            theirs = await self._repository.owner_of_customer(values["customer_id"])
            owner |= {"owner_id": theirs.id, "team_id": theirs.team_id}
        wanted = values.pop("allocations", [])
        payment = Payment.new(status_entered_at=clock.now(), **owner, **values)
        payment.allocated_amount_currency = payment.amount_currency
        payment.apply(
            await ExchangeRateService(self.uow).as_columns(
                payment.amount, payment.amount_currency, payment.received_on
            )
        )
        children = await self._allocating.allocate(payment, [], wanted, payment.amount, payment.received_on)
        # last, because those who ask for numbers wait for each other
        payment.number = await NumberSeriesService(self.uow).next(payments.name, "P")
        return await self._repository.add(payment, children={ALLOCATIONS.name: children})

    async def update(self, payment_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears; a new owner needs the right to assign."""
        values = dict(given)
        refuse_unwritable(self.uow, payments, values)
        payment = await self._repository.load(payment_id)
        event = await assign_owner(self.uow, payment, values, ASSIGN)
        STATES.take(payment, "assign" if event == "assigned" else "update", clock.now())
        payment.apply(values)
        return await self._repository.save(payment, event=event)

    async def allocate(self, payment_id: str, wanted: list[dict[str, Any]]) -> dict[str, Any]:
        """Let it settle receivables from today on; all that is asked for or nothing."""
        payment = await self._repository.load(payment_id)
        STATES.take(payment, "allocate", clock.now())
        before = await self._repository.children(payment, ALLOCATIONS.name)
        rest = payment.rest(await self._repository.children(payment, REFUNDS.name))
        children = await self._allocating.allocate(payment, before, wanted, rest, self._today())
        return await self._repository.save(payment, event="allocated", children={ALLOCATIONS.name: children})

    async def release(self, payment_id: str, allocation_id: str) -> dict[str, Any]:
        """Take an allocation back: its amount is owed again, and the customer's credit."""
        payment = await self._repository.load(payment_id)
        STATES.take(payment, "release", clock.now())
        children = await self._repository.children(payment, ALLOCATIONS.name)
        found = [row for row in children if row.id == allocation_id]
        if not found:
            raise Invalid.at("/allocation_id", "reference_not_found", resource="allocation")
        if found[0].released_on is not None:
            raise Invalid.at("/allocation_id", "already_released")
        await self._allocating.release(payment, found, self._today())
        return await self._repository.save(payment, event="released", children={ALLOCATIONS.name: children})

    def _today(self) -> date:
        return clock.today(self.uow.principal.time_zone)
