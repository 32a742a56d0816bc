"""The verbs of notes."""

from collections.abc import Mapping
from typing import Any

from crm_api.activities.notes.models import Note
from crm_api.activities.notes.resource import notes
from crm_api.activities.subjects.service import SubjectService
from crm_api.kit import clock
from crm_api.kit.repository import Repository, refuse_unwritable
from crm_api.kit.uow import UnitOfWork


class NoteService:
    """Written by whoever may change the record that a note is about."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository: Repository[Note] = Repository(uow, notes)
        self._subjects = SubjectService(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new note about a record."""
        refuse_unwritable(self.uow, notes, given)
        await self._subjects.demand_update(given["subject_type"], given["subject_id"])
        note = Note.new()
        note.apply({name: value for name, value in given.items() if name != "id" or value})
        return await self._repository.add(note)

    async def update(self, note_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps."""
        refuse_unwritable(self.uow, notes, given)
        note = await self._loaded(note_id)
        note.apply(given)
        return await self._repository.save(note)

    async def delete(self, note_id: str) -> None:
        """It disappears; what it said stays in the events of its record."""
        note = await self._loaded(note_id)
        note.deleted_at = clock.now()
        await self._repository.save(note, event="deleted")

    async def _loaded(self, note_id: str) -> Note:
        note = await self._repository.load(note_id)
        await self._subjects.demand_update(note.subject_type, note.subject_id)
        return note
