"""The verbs of contracts up to their end; amendments are in `amending`, what happens by itself in `running`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crm_api.kit import clock
from crm_api.kit.allowed import entrusted
from crm_api.kit.children import merged
from crm_api.kit.errors import Invalid
from crm_api.kit.owning import assign_owner, first_owner
from crm_api.kit.references import check_references
from crm_api.kit.registries import ask_gates
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.belonging.service import demand_same_customer
from crm_api.sales.contracts.errors import NotInForce
from crm_api.sales.contracts.models import IN_FORCE, STATES, Contract, ContractSignatory
from crm_api.sales.contracts.repository import ContractRepository
from crm_api.sales.contracts.resource import ASSIGN, LINES, SIGNATORIES, SUPERSEDE, contracts
from crm_api.sales.document_lines.service import Agreed, DocumentLines
from crm_api.setup.number_series.service import NumberSeriesService
from crm_api.workflow.approvals.service import Submission
from crm_api.workflow.approvals.submitting import submit


class ContractService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ContractRepository(uow)
        self._lines = DocumentLines(self._repository, LINES)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A draft with the next number, its creator's unless another owner is named."""
        return await self.draw_up(given)

    async def draw_up(
        self, given: Mapping[str, Any], *, quote_id: str | None = None, agreed: Agreed | None = None
    ) -> dict[str, Any]:
        """The same of a quote, its lines as they were `agreed` on; of a quote there comes one contract, ever."""
        values = dict(given)
        refuse_unwritable(self.uow, contracts, values)
        owner = await first_owner(self.uow, values)
        contract = Contract.new(name_sort="", status_entered_at=clock.now(), quote_id=quote_id, **owner)
        children = await self._write(contract, values, agreed)
        # last, because those who ask for numbers wait for each other
        contract.number = await NumberSeriesService(self.uow).next(contracts.name, "C")
        return await self._repository.add(contract, children=children)

    async def update(self, contract_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears; only a draft changes, and an approved one, which is a draft again then."""
        values = dict(given)
        refuse_unwritable(self.uow, contracts, values)
        contract, at = await self._repository.load(contract_id), clock.now()
        STATES.take(contract, "assign" if values.keys() == {"owner_id"} else "update", at)
        event = await assign_owner(self.uow, contract, values, ASSIGN)
        lines = await self._repository.children(contract, LINES.name) if "lines" in values else []
        agreed = [line.terms for line in lines]
        children = await self._write(contract, values) if values else {}
        is_other = bool(agreed or lines) and [line.terms for line in children[LINES.name]] != agreed
        contract.reconsider(at, other_lines=is_other)
        return await self._repository.save(contract, event=event, children=children)

    async def delete(self, contract_id: str) -> None:
        """Softly: it can be restored. Its number stays its own; what was submitted stays."""
        contract, at = await self._repository.load(contract_id), clock.now()
        STATES.take(contract, "delete", at)
        contract.deleted_at = at
        await self._repository.save(contract, event="deleted")

    async def restore(self, contract_id: str) -> dict[str, Any]:
        """Undo a deletion."""
        contract = await self._repository.load(contract_id, deleted=True)
        contract.deleted_at = None
        return await self._repository.save(contract, event="restored")

    async def submit(self, contract_id: str) -> dict[str, Any]:
        """Ask for approval; approved at once when no flow asks for one."""
        contract = await self._repository.load(contract_id)
        STATES.demand(contract, "submit")
        # a frame, or one that was stated low, is still agreed to for what its lines come to
        amount = max(contract.amount, contract.gross_amount)
        asked = Submission.of(contracts, contract, amount, contract.currency, type=contract.type)
        return await submit(self._repository, STATES, contract, asked)

    async def sign(self, contract_id: str, signed_on: date | None) -> dict[str, Any]:
        """Both sides have signed, today unless the body says otherwise; what it amends is superseded.

        What was done on account of the contract may stand against an amendment that does not bear it.
        """
        contract, at = await self._repository.load(contract_id), clock.now()
        signatories, today = await self._repository.children(contract, SIGNATORIES.name), self._today()
        if signed_on is not None and signed_on > today:
            raise Invalid.at("/signed_on", "out_of_range", expected="≤ today")
        contract.sign(signatories, signed_on or today, at)
        if contract.amends_id is not None:
            await ask_gates("contracts.supersede", self.uow, contract)
            await self._supersede(contract.amends_id)
        return await self._repository.save(contract, event="signed")

    async def activate(self, contract_id: str) -> dict[str, Any]:
        """In force; not before its first day."""
        contract = await self._repository.load(contract_id)
        contract.activate(self._today(), clock.now())
        return await self._repository.save(contract, event="activated")

    async def terminate(self, contract_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Ended early, today unless the body says otherwise."""
        contract = await self._repository.load(contract_id)
        contract.end("terminate", given["reason"], given.get("ended_on") or self._today(), clock.now())
        return await self._repository.save(contract, event="terminated")

    async def void(self, contract_id: str, reason: str) -> dict[str, Any]:
        """As if it had never been; what was done on its account may stand against it."""
        contract = await self._repository.load(contract_id)
        contract.end("void", reason, self._today(), clock.now())
        await ask_gates("contracts.void", self.uow, contract)
        return await self._repository.save(contract, event="voided")

    async def _write(
        self, contract: Contract, values: dict[str, Any], agreed: Agreed | None = None
    ) -> dict[str, Sequence[Any]]:
        given = values.pop("signatories", None)
        lines = self._lines
        children = lines.carry(contract, agreed) if agreed else await lines.price(contract, values)
        contract.state_amount(values)
        contract.put(values)
        if given is not None:
            children["signatories"] = await self._signatories(contract, given)
        if given is not None or values.keys() & {"customer_id", "opportunity_id"}:
            await self._demand_fit(contract, children.get("signatories"))
        return children

    async def _demand_fit(self, contract: Contract, listed: Sequence[ContractSignatory] | None) -> None:
        """The deal and the contacts who sign are the customer's."""
        if listed is None:
            listed = await self._repository.children(contract, SIGNATORIES.name)
        named = {f"/signatories/{place}/contact_id": each.contact_id for place, each in enumerate(listed)}
        named["/opportunity_id"] = contract.opportunity_id
        await demand_same_customer(self.uow, contract.customer_id, named)

    async def _signatories(
        self, contract: Contract, given: Sequence[Mapping[str, Any]]
    ) -> list[ContractSignatory]:
        before = await self._repository.children(contract, SIGNATORIES.name)
        listed: list[ContractSignatory] = merged(SIGNATORIES, contract.id, before, given)
        named = {
            f"/signatories/{position}/{name}": (resource, getattr(signatory, name))
            for position, signatory in enumerate(listed)
            for name, resource in (("contact_id", "contacts"), ("user_id", "users"))
            if getattr(signatory, name) is not None and name in signatory.changes()
        }
        if named:
            await check_references(self.uow, named)
        return listed

    async def _supersede(self, contract_id: str) -> None:
        """The amended contract ends with the signature; whoever signs need not have any right to it."""
        with entrusted(self.uow, contracts.read, SUPERSEDE):
            repository = ContractRepository(self.uow)
            former = await repository.load(contract_id)
            if former.status not in IN_FORCE:
                raise NotInForce
            STATES.take(former, "supersede", clock.now())
            await repository.save(former, event="superseded")

    def _today(self) -> date:
        return clock.today(self.uow.principal.time_zone)
