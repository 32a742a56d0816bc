"""`last_contact_at` and `next_contact_at` of the records that have them: customers, opportunities.

The last contact is the latest interaction. The next one is planned for the earliest of what the latest interaction says
and of when open tasks are due; whenever that changes the record takes it, and a time that was set by hand stands until
then. What is about a deal or a person counts for their customer too.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from crm_api.activities.contact_times.repository import ContactTimeRepository, Kept, Times, Told
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
        before = {
            (name, record_id): (
                await self._repository.hold(RESOURCES[name], record_id),
                await self._repository.told(name, record_id),
            )
            for name, record_id in _timed(*written)
        }
        yield
        for (name, record_id), (kept, told) in before.items():
            await self._move(name, kept, told, await self._repository.told(name, record_id))

    async def forget(self, resource: str, record_id: str) -> None:
        """An interaction or a task was deleted, whoever did it; the records it was about follow."""
        about, said = await self._repository.gone(RESOURCES[resource], record_id)
        for name, subject_id in _timed(About(*about)):
            kept = await self._repository.hold(RESOURCES[name], subject_id)
            told = await self._repository.told(name, subject_id)
            await self._move(name, kept, told.before(said), told)

    async def _move(self, name: str, kept: Kept, before: Told, told: Told) -> None:
        times = Times(told.last, told.next if told.next != before.next else kept.times.next)
        if times == kept.times:
            return
        at, resource = clock.now(), RESOURCES[name]
        changes = {
            field: {"from": former, "to": after}
            for field, former, after in zip(
                ("last_contact_at", "next_contact_at"), kept.times, times, strict=True
            )
            if former != after
        }
        version = await self._repository.write(resource, kept.id, times, at)
        row = replace(kept, version=version)
        self.uow.add(effects.event(self.uow, resource, row, "updated", changes, at))


def _timed(*written: Any) -> Iterable[tuple[str, str]]:
    """The records with contact times that something is about, each once, customers last."""
    named = [(one.subject_type, one.subject_id) for one in written]
    named += [("customers", one.customer_id) for one in written]
    known = dict.fromkeys((name, record_id) for name, record_id in named if record_id is not None)
    return [(name, record_id) for name, record_id in known if "last_contact_at" in RESOURCES[name].fields]


async def forget_interaction(uow: UnitOfWork, record_id: str, _: Mapping[str, Any]) -> None:
    """Also one that an import is taking back."""
    await ContactTimeService(uow).forget("interactions", record_id)


async def forget_task(uow: UnitOfWork, record_id: str, _: Mapping[str, Any]) -> None:
    """The same."""
    await ContactTimeService(uow).forget("tasks", record_id)
