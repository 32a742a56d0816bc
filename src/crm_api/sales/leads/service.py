"""The verbs of leads; what a lead becomes is in `conversion`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm_api.kit import clock
from crm_api.kit.owning import assign_owner, first_owner
from crm_api.kit.repository import Repository, refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.leads.duplicates import DuplicateService
from crm_api.sales.leads.models import STATES, Lead, LeadStatus
from crm_api.sales.leads.resource import ASSIGN, leads
from crm_api.setup.dictionaries.service import DictionaryService
from crm_api.setup.dictionary_types.models import LEAD_DISCARD_REASON


class LeadService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository: Repository[Lead] = Repository(uow, leads)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new lead, its creator's unless another owner is named; whom it may be already is told, never refused."""
        values = dict(given)
        refuse_unwritable(self.uow, leads, values)
        owner = await first_owner(self.uow, values)
        lead = self.new_row({**values, **owner})
        created = await self._repository.add(lead)
        return {**created, "possible_duplicates": await DuplicateService(self.uow).of(lead)}

    @staticmethod
    def new_row(values: dict[str, Any]) -> Lead:
        """A lead as a create body and its owner make it."""
        owner = {name: values.pop(name) for name in ("id", "owner_id", "team_id") if name in values}
        lead = Lead.new(name="", name_sort="", status_entered_at=clock.now(), **owner)
        _change(lead, values)
        return lead

    async def update(self, lead_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears; a new owner needs the right to assign."""
        values = dict(given)
        refuse_unwritable(self.uow, leads, values)
        lead = await self._repository.load(lead_id)
        event = await assign_owner(self.uow, lead, values, ASSIGN)
        STATES.take(lead, "assign" if event == "assigned" else "update", clock.now())
        _change(lead, values)
        return await self._repository.save(lead, event=event)

    async def delete(self, lead_id: str) -> None:
        """Softly: it can be restored. What was converted stays."""
        lead = await self._repository.load(lead_id)
        STATES.take(lead, "delete", clock.now())
        lead.deleted_at = clock.now()
        await self._repository.save(lead, event="deleted")

    async def restore(self, lead_id: str) -> dict[str, Any]:
        """Undo a deletion, unless another lead has taken its external ids meanwhile."""
        lead = await self._repository.load(lead_id, deleted=True)
        lead.deleted_at = None
        return await self._repository.save(lead, event="restored")

    async def contact(self, lead_id: str) -> dict[str, Any]:
        """Somebody has talked to them."""
        lead = await self._repository.load(lead_id)
        lead.meet(clock.now())
        return await self._repository.save(lead, event="contacted")

    async def met(self, lead_id: str, at: datetime) -> None:
        """An interaction tells that somebody has talked to them; one that is past new stays as it is."""
        lead = await self._repository.load(lead_id)
        if lead.status == LeadStatus.NEW:
            lead.meet(clock.now(), at)
            await self._repository.save(lead, event="contacted")

    async def qualify(self, lead_id: str) -> dict[str, Any]:
        """They need what we sell, and may buy it."""
        lead = await self._repository.load(lead_id)
        STATES.take(lead, "qualify", clock.now())
        return await self._repository.save(lead, event="qualified")

    async def discard(self, lead_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Given up for a reason from the data dictionary."""
        refuse_unwritable(self.uow, leads, given)
        lead = await self._repository.load(lead_id)
        lead.discard(given["discard_reason"], given.get("discard_note"), clock.now())
        await DictionaryService(self.uow).check(
            LEAD_DISCARD_REASON, given["discard_reason"], "/discard_reason"
        )
        return await self._repository.save(lead, event="discarded")

    async def reopen(self, lead_id: str) -> dict[str, Any]:
        """Taken up again."""
        lead = await self._repository.load(lead_id)
        lead.reopen(clock.now())
        return await self._repository.save(lead, event="reopened")


def _change(lead: Lead, values: dict[str, Any]) -> None:
    if "name" in values:
        lead.rename(values.pop("name"))
    lead.apply(values)
