"""The verbs of contacts."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_api.kit import clock
from crm_api.kit.owning import assign_owner, first_owner
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.contacts.errors import ReportingCycle
from crm_api.parties.contacts.models import Contact
from crm_api.parties.contacts.repository import ContactRepository
from crm_api.parties.contacts.resource import ASSIGN, contacts
from crm_api.text import sort_key


class ContactService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ContactRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new contact, its creator's unless another owner is named."""
        values = dict(given)
        refuse_unwritable(self.uow, contacts, values)
        owner = await first_owner(self.uow, values)
        contact = self.new_row({**values, **owner})
        return await self._repository.add(contact)

    async def same_person(
        self, customer_id: str, name: str, points: Sequence[Mapping[str, str]]
    ) -> str | None:
        """The visible contact of a customer who has one of these numbers or addresses, else the one of that name."""
        wanted = {point["value"] for point in points}
        found = await self._repository.at_customer(customer_id)
        by_point = (p.id for p in found if wanted & {point["value"] for point in (*p.phones, *p.emails)})
        by_name = (p.id for p in found if p.name_sort == sort_key(name))
        return next(by_point, None) or next(by_name, None)

    @staticmethod
    def new_row(values: dict[str, Any]) -> Contact:
        """A contact as a create body and its owner make it."""
        owner = {name: values.pop(name) for name in ("id", "owner_id", "team_id") if name in values}
        contact = Contact.new(name="", **owner)
        _change(contact, values)
        return contact

    async def update(self, contact_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears."""
        values = dict(given)
        refuse_unwritable(self.uow, contacts, values)
        contact = await self._repository.load(contact_id)
        event = await assign_owner(self.uow, contact, values, ASSIGN)
        _change(contact, values)
        saved = await self._repository.save(contact, event=event)
        if await self._repository.is_circular(contact, "reports_to_id"):
            raise ReportingCycle
        return saved

    async def delete(self, contact_id: str) -> None:
        """Softly: it can be restored."""
        contact = await self._repository.load(contact_id)
        contact.deleted_at = clock.now()
        await self._repository.save(contact, event="deleted")

    async def restore(self, contact_id: str) -> dict[str, Any]:
        """Undo a deletion, unless another contact has taken its external id meanwhile."""
        contact = await self._repository.load(contact_id, deleted=True)
        contact.deleted_at = None
        return await self._repository.save(contact, event="restored")


def _change(contact: Contact, values: dict[str, Any]) -> None:
    if "name" in values:
        contact.rename(values.pop("name"))
    contact.apply(values)
