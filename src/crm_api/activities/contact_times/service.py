"""`last_contact_at` and `next_contact_at` of the records that have them: customers, opportunities.

The last contact is the latest interaction. The next one is planned for the earliest of what the latest interaction says
and of when open tasks are due; whenever that changes the record takes it, and a time that was set by hand stands until
then. What is about a deal or a person counts for their customer too.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from crm_api.activities.contact_times.repository import ContactTimeRepository, Kept, Times
from crm_api.kit import clock, effects
from crm_api.kit.registries import RESOURCES
from crm_api.kit.uow import UnitOfWork


class About(NamedTuple):
    """What is about a record, and the customer it counts for."""

    subject_type: str | None
    subject_id: str | None
    customer_id: str | None

    @classmethod
    def of(cls, row: Any) -> "About":
        """What a row is about now, before it is turned to another record."""
        return cls(row.subject_type, row.subject_id, row.customer_id)


class ContactTimeService:
    """Contact times follow what is written, in its transaction; each record that moves says so in one event."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ContactTimeRepository(uow)

    async def customer_of(self, subject_type: str, subject_id: str) -> str | None:
        """The customer that a record is, or belongs to."""
        if subject_type == "customers":
            return subject_id
        resource = RESOURCES[subject_type]
        if resource.neighbours.get("customer") != ("customer_id", "customers"):
            return None
        return await self._repository.customer_of(resource, subject_id)

    @asynccontextmanager
    async def following(self, *written: Any) -> AsyncIterator[None]:
        """Write interactions and tasks in the block; the records they are about, locked meanwhile, follow."""
        named = [(one.subject_type, one.subject_id) for one in written]
        named += [("customers", one.customer_id) for one in written]
        before = {
            (name, record_id): (
                await self._repository.hold(RESOURCES[name], record_id),
                await self._repository.told(name, record_id),
            )
            for name, record_id in dict.fromkeys(named)
            if record_id is not None and _timed(name)
        }
        yield
        for (name, record_id), (kept, told) in before.items():
            now_told = await self._repository.told(name, record_id)
            planned = now_told.next if now_told.next != told.next else kept.times.next
            await self._move(name, kept, Times(now_told.last, planned))

    async def _move(self, name: str, kept: Kept, times: Times) -> None:
        if times == kept.times:
            return
        at, resource = clock.now(), RESOURCES[name]
        changes = {
            field: {"from": before, "to": after}
            for field, before, after in zip(
                ("last_contact_at", "next_contact_at"), kept.times, times, strict=True
            )
            if before != after
        }
        version = await self._repository.write(resource, kept.id, times, at)
        row = replace(kept, version=version)
        self.uow.add(effects.event(self.uow, resource, row, "updated", changes, at))


def _timed(name: str) -> bool:
    return "last_contact_at" in RESOURCES[name].fields
