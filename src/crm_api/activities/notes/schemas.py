"""Bodies and answers of notes."""

from typing import Annotated

from pydantic import Field, StringConstraints

from crm_api.activities.notes.models import BODY_CHARACTERS
from crm_api.kit.schemas import DeletableRead, Flag, Id, Schema, ShortLine

Body = Annotated[str, StringConstraints(min_length=1, max_length=BODY_CHARACTERS)]


class NoteUpdate(Schema):
    """Changes: absent keeps."""

    body: Body = Field("", description="Plain text or Markdown.", examples=["Wants an offer by **Friday**."])
    pinned: Flag = Field(False, description="Whether it stands above the others.", examples=[False])


class NoteCreate(NoteUpdate):
    """A new note."""

    id: Id | None = Field(None, description="Chosen by the client, for offline creation; made when absent.")
    subject_type: ShortLine = Field(description="The resource it is about.", examples=["customers"])
    subject_id: Id = Field(description="The record it is about.")
    body: Body = Field(description="Plain text or Markdown.", examples=["Wants an offer by **Friday**."])


class NoteRead(DeletableRead):
    """A note; its author is `created_by`."""

    subject_type: str = Field(description="The resource it is about.", examples=["customers"])
    subject_id: Id = Field(description="The record it is about.")
    body: str = Field(description="Plain text or Markdown.", examples=["Wants an offer by **Friday**."])
    pinned: bool = Field(description="Whether it stands above the others.", examples=[False])
