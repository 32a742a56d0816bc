"""Single records shared with single principals: what a reach does not cover."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Tenanted


class RecordGrant(Tenanted, Base):
    """`principal_id` may read, or read and write, one record."""

    __tablename__ = "record_grants"
    resource: Mapped[str] = columns.line(63)
    record_id: Mapped[str] = columns.identifier()
    principal_id: Mapped[str] = columns.reference("principals")
    level: Mapped[str] = columns.line(5)
    created_at: Mapped[datetime] = columns.instant()
    created_by: Mapped[str] = columns.reference("principals")
    __table_args__ = (
        CheckConstraint("level IN ('read', 'write')", name="level"),
        ForeignKeyConstraint(["tenant_id", "principal_id"], ["principals.tenant_id", "principals.id"]),
        Index(
            "record_grants_principal_idx", "tenant_id", "principal_id", "resource", "record_id", unique=True
        ),
    )
