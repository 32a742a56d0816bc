"""The SQL that contacts have of their own."""

from typing import Any, NamedTuple

from sqlalchemy import Select, Text, Uuid, cast, literal, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.access import access_values
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.contacts.models import Contact
from crm_api.parties.contacts.resource import contacts

COMPARED = 500


class Person(NamedTuple):
    """What one is known by."""

    id: str
    name_sort: str
    phones: list[dict[str, str]]
    emails: list[dict[str, str]]


class ContactRepository(Repository[Contact]):
    """Contacts of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, contacts)

    async def at_customer(self, customer_id: str) -> list[Person]:
        """The visible contacts of a customer, the oldest first, at most 500."""
        principal = self.uow.principal
        reach = principal.reach(contacts.read)
        scope = contacts.access.scope(principal, reach, contacts.name)

        def build() -> Select[Any]:
            rows = scoped(Contact, "r")
            return (
                select(cast(rows.c.id, Text), rows.c.name_sort, rows.c.phones, rows.c.emails)
                .where(
                    rows.c.customer_id == bindparam("customer_id", type_=Uuid(as_uuid=False)),
                    rows.c.deleted_at.is_(None),
                    contacts.access.predicate(rows, scope, contacts.name),
                )
                .order_by(rows.c.created_at, rows.c.id)
                .limit(literal(COMPARED))
            )

        values = {**access_values(principal, reach), "customer_id": customer_id}
        found = await self.uow.fetch(("contacts at customer", scope), build, values)
        return [Person(*row) for row in found]
