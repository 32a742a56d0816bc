"""Codes a company may choose from, with their labels in both languages."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Recorded


class DictionaryType(StrEnum):
    """The lists that exist; records hold the code, never the label."""

    LOSS_REASON = "loss_reason"


OTHER = "other"


class DictionaryItem(Recorded, Base):
    """One choice of a list. A code that records may hold never changes and never goes: it is deactivated."""

    __tablename__ = "dictionary_items"
    type: Mapped[str] = columns.choice(DictionaryType)
    code: Mapped[str] = columns.line(63)
    label_en: Mapped[str] = columns.line(200)
    label_zh: Mapped[str] = columns.line(200)
    position: Mapped[int] = columns.integer(default=0)
    active: Mapped[bool] = columns.flag(default=True)
    __table_args__ = (
        CheckConstraint(columns.choices_check("type", list(DictionaryType)), name="type"),
        Index("dictionary_items_code_key", "tenant_id", "type", "code", unique=True),
        Index("dictionary_items_created_at_idx", "tenant_id", "created_at", "id"),
        Index("dictionary_items_position_idx", "tenant_id", "position", "id"),
    )

    @property
    def required(self) -> bool:
        """`other` is the answer that always exists."""
        return self.code == OTHER
