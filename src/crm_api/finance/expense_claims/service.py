"""The verbs of expense claims."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crm_api.finance.billing.service import demand_minor_units
from crm_api.finance.expense_claims.errors import DuplicateReceipt
from crm_api.finance.expense_claims.models import STATES, ExpenseClaim, ExpenseLine
from crm_api.finance.expense_claims.repository import ExpenseClaimRepository
from crm_api.finance.expense_claims.resource import LINES, SETTLE, expense_claims
from crm_api.kit import clock
from crm_api.kit.allowed import entrusted
from crm_api.kit.children import merged
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.owning import first_owner
from crm_api.kit.references import check_references
from crm_api.kit.repository import one_at_a_time, refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.exchange_rates.service import ExchangeRateService
from crm_api.setup.number_series.service import NumberSeriesService
from crm_api.workflow.approvals.service import ApprovalService, Submission

_SPENT_FOR = {"customer_id": "customers", "opportunity_id": "opportunities", "order_id": "orders"}


class ExpenseClaimService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ExpenseClaimRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A draft with the next number; its creator is paid back unless another owner is named."""
        values = dict(given)
        refuse_unwritable(self.uow, expense_claims, values)
        owner = await first_owner(self.uow, values)
        claim = ExpenseClaim.new(name_sort="", status_entered_at=clock.now(), **owner)
        claim.amount_currency = self.uow.principal.currency
        children = await self._write(claim, values)
        # last, because those who ask for numbers wait for each other
        claim.number = await NumberSeriesService(self.uow).next(expense_claims.name, "E")
        return await self._repository.add(claim, children=children)

    async def update(self, expense_claim_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears; while it is a draft, or rejected."""
        values = dict(given)
        refuse_unwritable(self.uow, expense_claims, values)
        claim = await self._repository.load(expense_claim_id)
        STATES.take(claim, "update", clock.now())
        children = await self._write(claim, values)
        return await self._repository.save(claim, children=children)

    async def delete(self, expense_claim_id: str) -> None:
        """Softly: it can be restored. Its number stays its own, its receipts can be claimed elsewhere."""
        claim, at = await self._repository.load(expense_claim_id), clock.now()
        STATES.take(claim, "delete", at)
        claim.deleted_at = at
        await self._repository.save(claim, event="deleted")

    async def restore(self, expense_claim_id: str) -> dict[str, Any]:
        """Undo a deletion, unless one of its receipts has been claimed elsewhere meanwhile."""
        claim = await self._repository.load(expense_claim_id, deleted=True)
        await self._check_receipts(claim, await self._repository.children(claim, LINES.name))
        claim.deleted_at = None
        return await self._repository.save(claim, event="restored")

    async def submit(self, expense_claim_id: str) -> dict[str, Any]:
        """Ask for approval; approved at once when no flow asks for one. Whoever asks, it is for who is paid back."""
        claim, at = await self._repository.load(expense_claim_id), clock.now()
        STATES.demand(claim, "submit")
        claim.demand_lines(await self._repository.children(claim, LINES.name))
        asked = Submission.of(expense_claims, claim, claim.amount, claim.amount_currency)
        if await ApprovalService(self.uow).submit(asked) is not None:
            STATES.take(claim, "submit", at)
            return await self._repository.save(claim, event="submitted")
        await _approve(self.uow, claim)
        return await self._repository.save(claim, event="approved")

    async def pay(self, expense_claim_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """It has been paid back, today unless the body says otherwise."""
        claim = await self._repository.load(expense_claim_id)
        paid = {**given, "paid_on": given.get("paid_on") or self._today()}
        claim.pay(self.uow.principal.id, paid, clock.now())
        if claim.paid_on > self._today():  # type: ignore[operator]
            raise Invalid.at("/paid_on", "spent_in_future")
        return await self._repository.save(claim, event="paid")

    async def _write(self, claim: ExpenseClaim, values: dict[str, Any]) -> dict[str, Sequence[ExpenseLine]]:
        given = values.pop("lines", None)
        claim.put(values)
        if given is None:
            return {}
        for position, line in enumerate(given):
            stated = {name: value for name, value in line.items() if value is not None}
            demand_minor_units(stated, "amount", "tax_amount", at=f"/lines/{position}")
        before = await self._repository.children(claim, LINES.name)
        lines: list[ExpenseLine] = merged(LINES, claim.id, before, [_whole(line) for line in given])
        faults = [fault for position, line in enumerate(lines) for fault in self._faults(position, line)]
        if faults:
            raise Invalid(faults=faults)
        claim.sum_lines(lines)
        if named := _named(lines):
            await check_references(self.uow, named)
        await self._check_receipts(claim, lines)
        return {LINES.name: lines}

    def _faults(self, position: int, line: ExpenseLine) -> list[Fault]:
        at = f"/lines/{position}"
        faults = [
            Fault("pointer", f"{at}/{name}", "required")
            for name in ("type", "spent_on", "amount")
            if getattr(line, name) is None
        ]
        if line.spent_on is not None and line.spent_on > self._today():
            faults.append(Fault("pointer", f"{at}/spent_on", "spent_in_future"))
        return faults

    async def _check_receipts(self, claim: ExpenseClaim, lines: Sequence[ExpenseLine]) -> None:
        """A receipt counts once; who claims the same at the same time waits."""
        numbers = Counter(line.receipt_number for line in lines if line.receipt_number is not None)
        if not numbers:
            return
        await one_at_a_time(self.uow, "expense_lines.receipt_number")
        taken = await self._repository.claimed_elsewhere(claim.id, sorted(numbers))
        twice = taken | {number for number, times in numbers.items() if times > 1}
        if positions := [p for p, line in enumerate(lines) if line.receipt_number in twice]:
            raise DuplicateReceipt(positions)

    def _today(self) -> date:
        return clock.today(self.uow.principal.time_zone)


def _whole(line: Mapping[str, Any]) -> dict[str, Any]:
    """A tax that is cleared has no currency either."""
    cleared = {"tax_amount_currency": None} if line.get("tax_amount", 0) is None else {}
    return {**line, **cleared}


def _named(lines: Sequence[ExpenseLine]) -> dict[str, tuple[str, str]]:
    return {
        f"/lines/{position}/{name}": (resource, getattr(line, name))
        for position, line in enumerate(lines)
        for name, resource in _SPENT_FOR.items()
        if getattr(line, name) is not None and name in line.changes()
    }


async def _approve(uow: UnitOfWork, claim: ExpenseClaim) -> None:
    """From now on it counts, at the rate of today."""
    at, today = clock.now(), clock.today(uow.principal.time_zone)
    STATES.take(claim, "approve", at)
    known = await ExchangeRateService(uow).in_base(claim.amount, claim.amount_currency, today)
    claim.apply(known.as_columns() if known else {})


async def settle_expense_claim(uow: UnitOfWork, expense_claim_id: str, outcome: str) -> None:
    """What was decided on a submitted claim: approved, rejected, or a draft again; no right to it is asked for."""
    with entrusted(uow, expense_claims.read, SETTLE):
        repository = ExpenseClaimRepository(uow)
        claim = await repository.load(expense_claim_id)
        if outcome == "approved":
            await _approve(uow, claim)
        else:
            STATES.take(claim, "reject" if outcome == "rejected" else "return", clock.now())
        await repository.save(claim, event=outcome)
