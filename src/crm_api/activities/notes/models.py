"""A note."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Deletable, Recorded

BODY_CHARACTERS = 20_000


class Note(Deletable, Recorded, Base):
    """`body` is plain text or Markdown as it was written; it is never rendered here. Its author is `created_by`."""

    __tablename__ = "notes"
    subject_type: Mapped[str] = columns.line(63)
    subject_id: Mapped[str] = columns.identifier()
    body: Mapped[str] = columns.line(BODY_CHARACTERS)
    pinned: Mapped[bool] = columns.flag(default=False)
    __table_args__ = (
        Index(
            "notes_subject_idx",
            "tenant_id",
            "subject_type",
            "subject_id",
            "created_at",
            "id",
            postgresql_where=LIVE,
        ),
        Index("notes_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
    )
