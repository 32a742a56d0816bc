"""An import, and the ledger of what became of each of its rows."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Recorded


class Mode(StrEnum):
    """What a row may do."""

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"


class ImportStatus(StrEnum):
    """How far an import has come."""

    DRAFT = "draft"
    VALIDATING = "validating"
    VALIDATED = "validated"
    IMPORTING = "importing"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


RUNNING = (ImportStatus.VALIDATING, ImportStatus.IMPORTING, ImportStatus.UNDOING)


class RowStatus(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    UNDONE = "undone"
    CONFLICT = "conflict"


class Import(Recorded, Base):
    """`mapping` says which column becomes which field, `match` by which fields a row finds its record."""

    __tablename__ = "imports"
    resource: Mapped[str] = columns.line(63)
    status: Mapped[str] = columns.choice(ImportStatus, default=ImportStatus.DRAFT, server_owned=True)
    file_name: Mapped[str] = columns.line(200)
    file_size: Mapped[int] = columns.integer()
    file_key: Mapped[str] = columns.line(200, internal=True)
    format: Mapped[str] = columns.line(10)
    encoding: Mapped[str | None] = columns.line(20, null=True)
    delimiter: Mapped[str | None] = columns.line(1, null=True)
    column_names: Mapped[list[str]] = columns.structure()
    sample: Mapped[list[list[Any]]] = columns.structure()
    mode: Mapped[str] = columns.choice(Mode, default=Mode.CREATE)
    match: Mapped[list[str]] = columns.structure(default=list)
    source: Mapped[str | None] = columns.line(63, null=True)
    mapping: Mapped[list[dict[str, Any]]] = columns.structure()
    default_values: Mapped[dict[str, Any]] = columns.structure(default=dict)
    date_format: Mapped[str] = columns.line(10, default="iso")
    decimal_comma: Mapped[bool] = columns.flag(default=False)
    report: Mapped[dict[str, Any] | None] = columns.structure(null=True)
    counts: Mapped[dict[str, int] | None] = columns.structure(null=True)
    operation_id: Mapped[str | None] = columns.identifier(null=True)
    finished_at: Mapped[datetime | None] = columns.instant(null=True)
    failure: Mapped[str | None] = columns.line(63, null=True)
    __table_args__ = (
        CheckConstraint(columns.choices_check("status", list(ImportStatus)), name="status"),
        CheckConstraint(columns.choices_check("mode", list(Mode)), name="mode"),
        Index("imports_created_by_idx", "tenant_id", "created_by", "created_at", "id"),
    )


class ImportRow(Base):
    """Written with the record in one transaction: no row is done twice. `version` is the record's afterwards."""

    __tablename__ = "import_rows"
    tenant_id: Mapped[str] = columns.identifier(primary_key=True, internal=True)
    import_id: Mapped[str] = columns.identifier(primary_key=True)
    row_no: Mapped[int] = columns.integer(primary_key=True)
    status: Mapped[str] = columns.choice(RowStatus)
    record_id: Mapped[str | None] = columns.identifier(null=True)
    version: Mapped[int | None] = columns.integer(null=True)
    errors: Mapped[list[dict[str, Any]] | None] = columns.structure(null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "import_id"], ["imports.tenant_id", "imports.id"]),
        CheckConstraint(columns.choices_check("status", list(RowStatus)), name="status"),
        Index("import_rows_status_idx", "tenant_id", "import_id", "status", "row_no"),
    )


class Outcome(NamedTuple):
    """What became of a row, as the ledger has it."""

    row_no: int
    status: str
    record_id: str | None = None
    version: int | None = None
    errors: list[dict[str, Any]] | None = None
