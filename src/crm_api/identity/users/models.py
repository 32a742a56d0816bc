"""A person in a company."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import kinds
from crm_api.kit.db import LIVE, Base, Deletable, Linked, Recorded


class UserStatus(StrEnum):
    """Invited: has no password yet. Disabled: cannot sign in."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


class User(Linked, Deletable, Recorded, Base):
    """A login in a tenant; `id` is also the id of its principal."""

    __tablename__ = "users"
    email: Mapped[str] = kinds.line(254)
    name: Mapped[str] = kinds.line(200)
    name_sort: Mapped[str] = kinds.sort_text()
    title: Mapped[str | None] = kinds.line(200, null=True)
    team_id: Mapped[str | None] = kinds.reference("teams", null=True)
    manager_id: Mapped[str | None] = kinds.reference("users", null=True)
    status: Mapped[str] = kinds.choice(UserStatus, default=UserStatus.INVITED, server_owned=True)
    roles: Mapped[list[str]] = kinds.structure(default=list)
    locale: Mapped[str | None] = kinds.line(10, null=True)
    time_zone: Mapped[str | None] = kinds.line(63, null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "id"], ["principals.tenant_id", "principals.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "manager_id"], ["users.tenant_id", "users.id"]),
        CheckConstraint(kinds.choices_check("status", list(UserStatus)), name="status"),
        Index("users_email_key", "tenant_id", "email", unique=True, postgresql_where=LIVE),
        Index("users_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
        Index("users_name_idx", "tenant_id", "name_sort", "id", postgresql_where=LIVE),
        Index("users_team_id_idx", "tenant_id", "team_id"),
    )
