"""The SQL that customers have of their own."""

from typing import Any

from sqlalchemy import Select, Text, Uuid, cast, literal, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.access import access_values
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.models import Customer
from crm_api.parties.customers.resource import customers

SIMILAR = 5


class CustomerRepository(Repository[Customer]):
    """Customers of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, customers)

    async def similar(self, customer: Customer) -> list[dict[str, str]]:
        """Other visible customers whose name is the same but for its legal suffix, at most five."""
        principal = self.uow.principal
        reach = principal.reach(customers.read)
        scope = customers.access.scope(principal, reach, customers.name)

        def build() -> Select[Any]:
            rows = scoped(Customer, "r")
            return (
                select(cast(rows.c.id, Text), rows.c.name)
                .where(
                    rows.c.name_key == bindparam("key", type_=Text),
                    rows.c.id != bindparam("new_id", type_=Uuid(as_uuid=False)),
                    rows.c.deleted_at.is_(None),
                    customers.access.predicate(rows, scope, customers.name),
                )
                .limit(literal(SIMILAR))
            )

        values = {**access_values(principal, reach), "key": customer.name_key, "new_id": customer.id}
        rows = await self.uow.fetch(("similar customers", scope), build, values)
        return [{"id": row[0], "name": row[1], "reason": "same_name"} for row in rows]
