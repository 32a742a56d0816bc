"""The verbs of customers."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit import clock
from crm_api.kit.owning import assign_owner, first_owner
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.errors import ParentCycle
from crm_api.parties.customers.models import Customer
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
        customer = Customer.new(
            name="",
            name_sort="",
            name_key="",
            **await first_owner(self.uow, values),
            kind=values.pop("kind", "company"),
        )
        await self._change(customer, values)
        created = await self._repository.add(customer)
        return {**created, "possible_duplicates": await self._repository.similar(customer)}

    async def update(self, customer_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears."""
        values = dict(given)
        refuse_unwritable(self.uow, customers, values)
        customer = await self._repository.load(customer_id)
        event = await assign_owner(self.uow, customer, values, ASSIGN)
        await self._change(customer, values)
        return await self._repository.save(customer, event=event)

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

    async def _change(self, customer: Customer, values: dict[str, Any]) -> None:
        if "name" in values:
            customer.rename(values.pop("name"))
        customer.enter(values.pop("lifecycle", customer.lifecycle), clock.now())
        parent_id = values.get("parent_id")
        if parent_id and (
            parent_id == customer.id or await self._repository.has_ancestor(parent_id, customer.id)
        ):
            raise ParentCycle
        customer.apply(values)
