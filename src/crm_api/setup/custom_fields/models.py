"""Definitions of fields, and their values as filters, sorts and unique keys need them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from crm_api.kit import columns
from crm_api.kit.db import Base, Recorded
from crm_api.kit.inner_kinds import Micros

UNIQUE = "custom_values_unique_key"


class FieldType(StrEnum):
    """What a value is; a definition keeps its type for ever."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    SELECT = "select"
    MULTI_SELECT = "multi_select"
    REFERENCE = "reference"

    @property
    def chooses(self) -> bool:
        """Whether its values are codes of options or of a dictionary."""
        return self in (FieldType.SELECT, FieldType.MULTI_SELECT)

    @property
    def can_be_unique(self) -> bool:
        """A flag or a set of choices identifies nothing."""
        return self not in (FieldType.BOOLEAN, FieldType.SELECT, FieldType.MULTI_SELECT)


class CustomField(Recorded, Base):
    """`default` is JSON as records hold it; `options` are in their order. What is not active takes no new values."""

    __tablename__ = "custom_fields"
    resource: Mapped[str] = columns.line(63)
    key: Mapped[str] = columns.line(63)
    type: Mapped[str] = columns.choice(FieldType)
    label_en: Mapped[str] = columns.line(200)
    label_zh: Mapped[str] = columns.line(200)
    description: Mapped[str | None] = columns.line(2000, null=True)
    required: Mapped[bool] = columns.flag(default=False)
    unique: Mapped[bool] = columns.flag(default=False)
    default: Mapped[Any] = columns.structure(null=True)
    options: Mapped[list[dict[str, Any]]] = columns.structure(default=list)
    dictionary_type: Mapped[str | None] = columns.line(63, null=True)
    target: Mapped[str | None] = columns.line(63, null=True)
    position: Mapped[int] = columns.integer(default=100)
    active: Mapped[bool] = columns.flag(default=True)
    __table_args__ = (
        CheckConstraint(columns.choices_check("type", list(FieldType)), name="type"),
        ForeignKeyConstraint(
            ["tenant_id", "dictionary_type"], ["dictionary_types.tenant_id", "dictionary_types.code"]
        ),
        Index("custom_fields_key_key", "tenant_id", "resource", "key", unique=True),
        Index("custom_fields_position_idx", "tenant_id", "position", "id"),
        Index("custom_fields_created_at_idx", "tenant_id", "created_at", "id"),
        Index("custom_fields_dictionary_type_idx", "tenant_id", "dictionary_type"),
    )


class CustomValue(Base):
    """One value of a record in one column of its type; `item` counts those of a multi-select.

    `unique_key` is set for the live records of a unique field. Money has its currency as text, a number its millionths.
    """

    __tablename__ = "custom_values"
    tenant_id: Mapped[str] = columns.identifier(primary_key=True, internal=True)
    field_id: Mapped[str] = columns.reference("custom_fields", primary_key=True)
    record_id: Mapped[str] = columns.identifier(primary_key=True)
    item: Mapped[int] = columns.integer(primary_key=True)
    resource: Mapped[str] = columns.line(63)
    text_value: Mapped[str | None] = columns.sort_text(500, null=True)
    sort_value: Mapped[str | None] = columns.sort_text(500, null=True)
    number_value: Mapped[int | None] = mapped_column(
        Micros().type(), info={"kind": Micros(), "internal": True}
    )
    at_value: Mapped[datetime | None] = columns.instant(null=True)
    unique_key: Mapped[str | None] = columns.sort_text(500, null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "field_id"], ["custom_fields.tenant_id", "custom_fields.id"]),
        *(
            Index(
                f"custom_values_{column}_idx",
                *("tenant_id", "field_id", column, "record_id"),
                postgresql_where=text(f"{column} IS NOT NULL"),
            )
            for column in ("text_value", "sort_value", "number_value", "at_value")
        ),
        Index(
            UNIQUE,
            *("tenant_id", "field_id", "unique_key"),
            unique=True,
            postgresql_where=text("unique_key IS NOT NULL"),
        ),
    )
