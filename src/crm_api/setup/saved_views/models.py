"""A list request under a name."""

from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Deletable, Recorded
from crm_api.text import sort_key


class SavedView(Deletable, Recorded, Base):
    """Belongs to the principal who saved it; `resource` never changes."""

    __tablename__ = "saved_views"
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    resource: Mapped[str] = columns.line(63)
    filter: Mapped[dict[str, Any] | None] = columns.structure(null=True)
    sort: Mapped[list[str]] = columns.structure(default=list)
    fields: Mapped[list[str] | None] = columns.structure(null=True)
    expand: Mapped[list[str] | None] = columns.structure(null=True)
    shared: Mapped[bool] = columns.flag(default=False)
    owner_id: Mapped[str] = columns.reference("users", server_owned=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["principals.tenant_id", "principals.id"]),
        Index("saved_views_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
        Index("saved_views_name_idx", "tenant_id", "name_sort", "id", postgresql_where=LIVE),
        Index("saved_views_owner_idx", "tenant_id", "owner_id", postgresql_where=LIVE),
    )

    def put(self, values: dict[str, Any]) -> None:
        """Set columns; what the name is sorted by follows."""
        self.apply({**values, **({"name_sort": sort_key(values["name"])} if "name" in values else {})})
