"""`/api/v1/notes`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.activities.notes.resource import notes
from crm_api.activities.notes.schemas import NoteCreate, NoteRead, NoteUpdate
from crm_api.activities.notes.service import NoteService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes

router = APIRouter(prefix="/api/v1/notes", tags=["notes"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(notes.create)]
CanUpdate = Annotated[UnitOfWork, allowed(notes.update)]
CanDelete = Annotated[UnitOfWork, allowed(notes.delete)]

reads(router, notes, NoteRead)
writes(router, notes, NoteCreate, NoteUpdate, NoteService, NoteRead)


@router.post(
    "", status_code=201, response_model=NoteRead, operation_id="notes_create", summary="Write a note"
)
async def create_note(data: NoteCreate, uow: CanCreate) -> Any:
    """About a record that you may change. Whoever reads the record reads its notes."""
    return await NoteService(uow).create(data.given())


@router.patch("/{note_id}", response_model=NoteRead, operation_id="notes_update", summary="Change a note")
async def update_note(note_id: str, data: NoteUpdate, uow: CanUpdate) -> Any:
    """Absent keeps. The record that a note is about stays the same."""
    return await NoteService(uow).update(note_id, data.given())


@router.delete("/{note_id}", status_code=204, operation_id="notes_delete", summary="Delete a note")
async def delete_note(note_id: str, uow: CanDelete) -> None:
    """It disappears from every list."""
    await NoteService(uow).delete(note_id)
