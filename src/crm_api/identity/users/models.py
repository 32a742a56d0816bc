"""A person in a company."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Deletable, Linked, Recorded
from crm_api.text import sort_key


class UserStatus(StrEnum):
    """Invited: has no password yet. Disabled: cannot sign in."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


class User(Linked, Deletable, Recorded, Base):
    """A login in a tenant; `id` is also the id of its principal."""

    __tablename__ = "users"
    email: Mapped[str] = columns.email()
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    title: Mapped[str | None] = columns.line(200, null=True)
    team_id: Mapped[str | None] = columns.reference("teams", null=True)
    manager_id: Mapped[str | None] = columns.reference("users", null=True)
    status: Mapped[str] = columns.choice(UserStatus, default=UserStatus.INVITED, server_owned=True)
    roles: Mapped[list[str]] = columns.texts()
    activated_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    locale: Mapped[str | None] = columns.line(10, null=True)
    time_zone: Mapped[str | None] = columns.line(63, null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "id"], ["principals.tenant_id", "principals.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "manager_id"], ["users.tenant_id", "users.id"]),
        CheckConstraint(columns.choices_check("status", list(UserStatus)), name="status"),
        Index("users_email_key", "tenant_id", "email", unique=True, postgresql_where=LIVE),
        Index("users_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
        Index("users_name_idx", "tenant_id", "name_sort", "id", postgresql_where=LIVE),
        Index("users_team_id_idx", "tenant_id", "team_id"),
    )

    @property
    def administers(self) -> bool:
        """Whether the user can let others in."""
        return self.status == UserStatus.ACTIVE and self.deleted_at is None and "administrator" in self.roles

    def rename(self, name: str) -> None:
        """Take a name; what it is sorted by follows."""
        self.apply({"name": name, "name_sort": sort_key(name)})

    def activate(self, at: datetime) -> None:
        """From now on they can sign in, unless they are disabled."""
        if self.activated_at is None:
            self.activated_at = at
        if self.status == UserStatus.INVITED:
            self.status = UserStatus.ACTIVE.value
