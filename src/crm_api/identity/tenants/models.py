"""A company that uses the CRM, and the actors in it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base
from crm_api.kit.ids import new_id


class TenantStatus(StrEnum):
    """A suspended tenant can neither read nor write."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class PrincipalKind(StrEnum):
    """What acts: a person, an integration, a named job."""

    USER = "user"
    API_KEY = "api_key"
    SYSTEM = "system"


class Tenant(Base):
    """A company; `slug` is its name in a login form, `setup_version` counts the changes of its set-up."""

    __tablename__ = "tenants"
    id: Mapped[str] = columns.identifier(primary_key=True, default=new_id)
    name: Mapped[str] = columns.line(200)
    slug: Mapped[str] = columns.line(63)
    status: Mapped[str] = columns.choice(TenantStatus, default=TenantStatus.ACTIVE)
    locale: Mapped[str] = columns.line(10, default="zh")
    time_zone: Mapped[str] = columns.line(63, default="Asia/Shanghai")
    currency: Mapped[str] = columns.line(3, default="CNY")
    setup_version: Mapped[int] = columns.integer(default=0)
    created_at: Mapped[datetime] = columns.instant()
    __table_args__ = (
        CheckConstraint(columns.choices_check("status", list(TenantStatus)), name="status"),
        Index("tenants_slug_key", "slug", unique=True),
        {"info": {"open": "read while signing in, before a tenant is known"}},
    )


class PrincipalRow(Base):
    """Whoever can act in a tenant; `created_by`, `updated_by` and event actors point here."""

    __tablename__ = "principals"
    tenant_id: Mapped[str] = columns.identifier(primary_key=True)
    id: Mapped[str] = columns.identifier(primary_key=True, default=new_id)
    kind: Mapped[str] = columns.choice(PrincipalKind)
    name: Mapped[str] = columns.line(200)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        CheckConstraint(columns.choices_check("kind", list(PrincipalKind)), name="kind"),
    )
