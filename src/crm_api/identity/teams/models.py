"""The tree of departments."""

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Deletable, Linked, Recorded
from crm_api.text import sort_key


class Team(Linked, Deletable, Recorded, Base):
    """A department; `path` leads from the topmost team down to this one, itself included."""

    __tablename__ = "teams"
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    parent_id: Mapped[str | None] = columns.reference("teams", null=True)
    leader_id: Mapped[str | None] = columns.reference("users", null=True)
    path: Mapped[list[str]] = columns.path()
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "leader_id"], ["users.tenant_id", "users.id"], use_alter=True),
        Index("teams_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
        Index("teams_name_idx", "tenant_id", "name_sort", "id", postgresql_where=LIVE),
        Index("teams_parent_id_idx", "tenant_id", "parent_id"),
    )

    def rename(self, name: str) -> None:
        """Take a name; what it is sorted by follows."""
        self.apply({"name": name, "name_sort": sort_key(name)})
