"""The SQL that customers have of their own."""

from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, Text, Uuid, cast, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.access import access_values
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.models import Customer
from crm_api.parties.customers.resource import customers

SIMILAR, COMPARED = 5, 500


class Namesake(NamedTuple):
    """A customer of the same name, and what tells it from others."""

    id: str
    name: str
    kind: str
    phones: list[dict[str, str]]
    emails: list[dict[str, str]]


class CustomerRepository(Repository[Customer]):
    """Customers of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, customers)

    async def similar(self, customer: Customer) -> list[dict[str, str]]:
        """Other visible customers whose name is the same but for its legal suffix, at most five."""
        found = await self.namesakes(customer, SIMILAR)
        return [{"id": each.id, "name": each.name, "reason": "same_name"} for each in found]

    async def namesakes(self, customer: Customer, most: int = COMPARED) -> list[Namesake]:
        """The same, with what tells one from another."""
        principal = self.uow.principal
        reach = principal.reach(customers.read)
        scope = customers.access.scope(principal, reach, customers.name)

        def build() -> Select[Any]:
            rows = scoped(Customer, "r")
            return (
                select(cast(rows.c.id, Text), rows.c.name, rows.c.kind, rows.c.phones, rows.c.emails)
                .where(
                    rows.c.name_key == bindparam("key", type_=Text),
                    rows.c.id != bindparam("new_id", type_=Uuid(as_uuid=False)),
                    rows.c.deleted_at.is_(None),
                    customers.access.predicate(rows, scope, customers.name),
                )
                .limit(bindparam("most", type_=Integer))
            )

        asked = {"key": customer.name_key, "new_id": customer.id, "most": most}
        values = {**access_values(principal, reach), **asked}
        return [Namesake(*row) for row in await self.uow.fetch(("namesakes", scope), build, values)]
