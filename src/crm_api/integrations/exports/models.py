"""Files of rows that were asked for: by whom, which rows, and where the file is."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from crm_api.integrations.sheets.rows import Format
from crm_api.kit import columns
from crm_api.kit.db import Base, Recorded
from crm_api.kit.kinds import Whole

_BYTES = {"kind": Whole(), "default": None, "internal": False, "server_owned": True}


class Export(Recorded, Base):
    """Its id is that of its operation. `asked` holds filter, search, sort and time zone as they were given.

    `file_keys` are the keys that its runs wrote to, each noted before the first byte, the valid one last: whatever a
    run leaves behind when it is killed, this row names it until it is removed.
    """

    __tablename__ = "exports"
    resource: Mapped[str] = columns.line(63)
    format: Mapped[str] = columns.choice(Format)
    bom: Mapped[bool] = columns.flag(default=False)
    asked: Mapped[dict[str, Any]] = columns.structure()
    fields: Mapped[list[str] | None] = columns.structure(null=True)
    rows: Mapped[int | None] = columns.integer(null=True)
    size: Mapped[int | None] = mapped_column(BigInteger, nullable=True, info=_BYTES)
    sha256: Mapped[str | None] = columns.line(64, null=True)
    url: Mapped[str | None] = columns.line(200, null=True)
    file_keys: Mapped[list[str]] = columns.structure(default=list, internal=True)
    expires_at: Mapped[datetime] = columns.instant()
    __table_args__ = (
        CheckConstraint(columns.choices_check("format", list(Format)), name="format"),
        Index("exports_created_at_idx", "tenant_id", "created_at", "id"),
        Index("exports_created_by_idx", "tenant_id", "created_by", "created_at", "id"),
        Index("exports_expires_at_idx", "tenant_id", "expires_at"),
    )
