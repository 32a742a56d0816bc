"""Codes a company may choose from, with their labels in both languages."""

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Recorded
from crm_api.setup.dictionary_types.models import ALWAYS_CLOSED

OTHER = "other"


class DictionaryItem(Recorded, Base):
    """One choice of a list. Type and code never change; a code that records hold never goes: it is deactivated."""

    __tablename__ = "dictionary_items"
    type: Mapped[str] = columns.line(63)
    code: Mapped[str] = columns.line(63)
    label_en: Mapped[str] = columns.line(200)
    label_zh: Mapped[str] = columns.line(200)
    position: Mapped[int] = columns.integer(default=0)
    colour: Mapped[str | None] = columns.line(7, null=True)
    parent_id: Mapped[str | None] = columns.reference("dictionary_items", null=True)
    is_default: Mapped[bool] = columns.flag(default=False)
    active: Mapped[bool] = columns.flag(default=True)
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "type"],
            ["dictionary_types.tenant_id", "dictionary_types.code"],
            name="dictionary_items_type_fkey",
        ),
        ForeignKeyConstraint(
            ["tenant_id", "parent_id"], ["dictionary_items.tenant_id", "dictionary_items.id"]
        ),
        Index("dictionary_items_code_key", "tenant_id", "type", "code", unique=True),
        Index(
            "dictionary_items_is_default_key",
            "tenant_id",
            "type",
            unique=True,
            postgresql_where=text("is_default"),
        ),
        Index("dictionary_items_parent_id_idx", "tenant_id", "parent_id"),
        Index("dictionary_items_created_at_idx", "tenant_id", "created_at", "id"),
        Index("dictionary_items_position_idx", "tenant_id", "position", "id"),
    )

    @property
    def required(self) -> bool:
        """`other` is the reason that can always be given."""
        return self.type in ALWAYS_CLOSED and self.code == OTHER
