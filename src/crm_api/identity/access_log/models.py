"""The access log, a table that is only ever added to."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Tenanted
from crm_api.kit.ids import new_id


class AccessKind(StrEnum):
    """What happened."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    DENIED = "denied"
    EXPORT = "export"
    DOWNLOAD = "download"
    SENSITIVE_READ = "sensitive_read"
    READ = "read"
    LOST = "lost"


class AccessEntry(Tenanted, Base):
    """`operation` names the request by its operationId; `count` is how many equal ones this entry stands for."""

    __tablename__ = "access_log"
    created_at: Mapped[datetime] = columns.instant()
    kind: Mapped[str] = columns.choice(AccessKind)
    actor_id: Mapped[str | None] = columns.identifier(null=True)
    operation: Mapped[str] = columns.line(100)
    resource: Mapped[str | None] = columns.line(63, null=True)
    record_id: Mapped[str | None] = columns.identifier(null=True)
    count: Mapped[int] = columns.integer(default=1)
    request_id: Mapped[str | None] = columns.line(200, null=True)
    ip: Mapped[str | None] = columns.line(45, null=True)
    user_agent: Mapped[str | None] = columns.line(300, null=True)
    details: Mapped[dict[str, Any]] = columns.structure()
    __table_args__ = (
        CheckConstraint(columns.choices_check("kind", list(AccessKind)), name="kind"),
        Index("access_log_actor_idx", "tenant_id", "actor_id", "created_at", "id"),
        Index("access_log_created_at_idx", "tenant_id", "created_at", "id"),
        Index("access_log_record_idx", "tenant_id", "record_id", "created_at", "id"),
    )


class UnknownSignIn(Base):
    """A sign-in that failed for an address nobody has: it belongs to no company. The address is kept as a digest."""

    __tablename__ = "unknown_sign_ins"
    id: Mapped[str] = columns.identifier(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = columns.instant()
    email_digest: Mapped[bytes] = columns.digest()
    request_id: Mapped[str | None] = columns.line(200, null=True)
    ip: Mapped[str | None] = columns.line(45, null=True)
    user_agent: Mapped[str | None] = columns.line(300, null=True)
    __table_args__ = ({"info": {"open": "a failed sign-in of nobody belongs to no company"}},)
