"""What was exported: by whom, which rows, which fields, how many."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.integrations.sheets.rows import Format
from crm_api.kit import columns
from crm_api.kit.db import Base, Recorded


class Export(Recorded, Base):
    """`asked` holds filter, search, sort and time zone as they were given; a streamed export has no file."""

    __tablename__ = "exports"
    resource: Mapped[str] = columns.line(63)
    format: Mapped[str] = columns.choice(Format)
    bom: Mapped[bool] = columns.flag(default=False)
    fields: Mapped[list[str]] = columns.structure()
    asked: Mapped[dict[str, Any]] = columns.structure()
    rows: Mapped[int | None] = columns.integer(null=True)
    size: Mapped[int | None] = columns.integer(null=True)
    file_key: Mapped[str | None] = columns.line(200, null=True, internal=True)
    expires_at: Mapped[datetime | None] = columns.instant(null=True)
    __table_args__ = (
        CheckConstraint(columns.choices_check("format", list(Format)), name="format"),
        Index("exports_created_at_idx", "tenant_id", "created_at", "id"),
        Index("exports_expires_at_idx", "tenant_id", "expires_at"),
    )
