"""The verbs of customers."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_api.kit import clock
from crm_api.kit.owning import assign_owner, first_owner
from crm_api.kit.repository import one_at_a_time, refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.errors import ParentCycle
from crm_api.parties.customers.models import Customer, CustomerKind
from crm_api.parties.customers.repository import CustomerRepository
from crm_api.parties.customers.resource import ASSIGN, customers


class CustomerService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = CustomerRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new customer; similar ones are reported, only equal keys are refused."""
        values = dict(given)
        refuse_unwritable(self.uow, customers, values)
        owner = await first_owner(self.uow, values)
        customer = self.new_row({**values, **owner})
        created = await self._repository.add(customer)
        return {**created, "possible_duplicates": await self._repository.similar(customer)}

    async def same(self, kind: CustomerKind, name: str, points: Sequence[Mapping[str, str]]) -> list[str]:
        """The visible companies of a name but for its legal form; persons must also share a number or an address.

        Who asks for the same name waits until this commits.
        """
        asked, wanted = self.new_row({"name": name}), {point["value"] for point in points}
        if not asked.name_key:
            return []
        await one_at_a_time(self.uow, f"customers.name_key {asked.name_key}")
        return [
            found.id
            for found in await self._repository.namesakes(asked)
            if found.kind == kind
            and (
                kind == CustomerKind.COMPANY
                or wanted & {point["value"] for point in (*found.phones, *found.emails)}
            )
        ]

    @staticmethod
    def new_row(values: dict[str, Any]) -> Customer:
        """A customer as a create body and its owner make it."""
        owner = {name: values.pop(name) for name in ("id", "owner_id", "team_id") if name in values}
        customer = Customer.new(
            name="", name_sort="", name_key="", kind=values.pop("kind", "company"), **owner
        )
        _change(customer, values)
        return customer

    async def update(self, customer_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears."""
        values = dict(given)
        refuse_unwritable(self.uow, customers, values)
        customer = await self._repository.load(customer_id)
        event = await assign_owner(self.uow, customer, values, ASSIGN)
        _change(customer, values)
        saved = await self._repository.save(customer, event=event)
        if await self._repository.is_circular(customer, "parent_id"):
            raise ParentCycle
        return saved

    async def delete(self, customer_id: str) -> None:
        """Softly: it can be restored."""
        customer = await self._repository.load(customer_id)
        customer.deleted_at = clock.now()
        await self._repository.save(customer, event="deleted")

    async def restore(self, customer_id: str) -> dict[str, Any]:
        """Undo a deletion, unless another customer has taken its keys meanwhile."""
        customer = await self._repository.load(customer_id, deleted=True)
        customer.deleted_at = None
        return await self._repository.save(customer, event="restored")


def _change(customer: Customer, values: dict[str, Any]) -> None:
    if "name" in values:
        customer.rename(values.pop("name"))
    customer.enter(values.pop("lifecycle", customer.lifecycle), clock.now())
    customer.apply(values)
