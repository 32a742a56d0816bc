"""The verbs of interactions."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from crm_api.activities.contact_times.service import About, ContactTimeService
from crm_api.activities.interactions.errors import NotYetHappened
from crm_api.activities.interactions.models import Interaction
from crm_api.activities.interactions.resource import PARTICIPANTS, interactions
from crm_api.activities.subjects.service import SubjectService
from crm_api.kit import clock
from crm_api.kit.children import merged
from crm_api.kit.errors import Invalid
from crm_api.kit.references import check_references
from crm_api.kit.repository import Repository, refuse_unwritable
from crm_api.kit.uow import UnitOfWork

SKEW = timedelta(minutes=5)


class Prepared(NamedTuple):
    """An interaction that may be recorded, and who took part."""

    row: Interaction
    participants: list[Any]


class InteractionService:
    """Written by whoever may change the record that an interaction is about; its contact times follow."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository: Repository[Interaction] = Repository(uow, interactions)
        self._subjects = SubjectService(uow)
        self._times = ContactTimeService(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new interaction about a record, and about the customer it belongs to."""
        new = await self.prepare(given)
        async with self._times.following(new.row):
            return await self.record(new)

    async def prepare(self, given: Mapping[str, Any]) -> Prepared:
        """What a create body makes, if its author may write it."""
        values = dict(given)
        refuse_unwritable(self.uow, interactions, values)
        participants = values.pop("participants", [])
        interaction = Interaction.new(happened_at=clock.now())
        interaction.apply({name: value for name, value in values.items() if name != "id" or value})
        await self._settle(interaction)
        return Prepared(interaction, await self._merged(interaction, [], participants))

    async def record(self, new: Prepared) -> dict[str, Any]:
        """Store it, for whoever lets the contact times follow."""
        return await self._repository.add(new.row, children={PARTICIPANTS.name: new.participants})

    async def update(self, interaction_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears; what was noted of the wrong record becomes about another."""
        values = dict(given)
        refuse_unwritable(self.uow, interactions, values)
        interaction = await self._loaded(interaction_id)
        children = {}
        if "participants" in values:
            known = await self._repository.children(interaction, PARTICIPANTS.name)
            merging = self._merged(interaction, known, values.pop("participants"))
            children = {PARTICIPANTS.name: await merging}
        before = About.of(interaction)
        interaction.apply(values)
        await self._settle(interaction)
        async with self._times.following(before, interaction):
            return await self._repository.save(interaction, children=children)

    async def delete(self, interaction_id: str) -> None:
        """It disappears, and contact times follow; what it said stays in its events."""
        interaction = await self._loaded(interaction_id)
        interaction.deleted_at = clock.now()
        await self._repository.save(interaction, event="deleted")

    async def _loaded(self, interaction_id: str) -> Interaction:
        interaction = await self._repository.load(interaction_id)
        await self._subjects.demand_update(interaction.subject_type, interaction.subject_id)
        return interaction

    async def _settle(self, interaction: Interaction) -> None:
        """It happened, and about a record that its author may change; it counts for the customer of that record."""
        changed = interaction.changes()
        if "happened_at" in changed and interaction.happened_at > clock.now() + SKEW:
            raise NotYetHappened
        if changed.keys() & {"subject_type", "subject_id"}:
            about = (interaction.subject_type, interaction.subject_id)
            await self._subjects.demand_update(*about)
            interaction.customer_id = await self._times.customer_of(*about)

    async def _merged(
        self, interaction: Interaction, before: Sequence[Any], given: Sequence[Mapping[str, Any]]
    ) -> list[Any]:
        """The participants that a body lists: each a contact that its author sees, and named once."""
        known = {row.contact_id for row in before}
        named = [item["contact_id"] for item in given]
        for position, contact_id in enumerate(named):
            if contact_id in named[:position]:
                raise Invalid.at(f"/participants/{position}/contact_id", "named_twice")
        await check_references(
            self.uow,
            {
                f"/participants/{position}/contact_id": ("contacts", contact_id)
                for position, contact_id in enumerate(named)
                if contact_id not in known
            },
        )
        return merged(PARTICIPANTS, interaction.id, before, given)
