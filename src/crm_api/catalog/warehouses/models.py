"""A place where stock is kept."""

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Customised, Deletable, Linked, Recorded
from crm_api.text import sort_key


class Warehouse(Customised, Linked, Deletable, Recorded, Base):
    """`code` is the company's own; live ones are unique by it."""

    __tablename__ = "warehouses"
    code: Mapped[str] = columns.line(63)
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    address: Mapped[str | None] = columns.line(500, null=True)
    description: Mapped[str | None] = columns.line(10_000, null=True)
    __table_args__ = (
        Index("warehouses_code_key", "tenant_id", "code", unique=True, postgresql_where=LIVE),
        *(
            Index(f"warehouses_all_{sort}_idx", "tenant_id", sort, "id", postgresql_where=LIVE)
            for sort in ("created_at", "name_sort")
        ),
    )

    def put(self, values: dict[str, Any]) -> None:
        """Set columns; what the name is sorted by follows."""
        named = {"name_sort": sort_key(values["name"])} if "name" in values else {}
        self.apply({**values, **named})
