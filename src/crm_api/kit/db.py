"""Mapped classes: the columns of a table and the rules that need only the row's own state.

There is no ORM session. An instance is a plain holder of loaded columns: reading one that was not loaded, or setting
one that does not exist, is an error and never None.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Index, MetaData, Table, text
from sqlalchemy.orm import DeclarativeBase, Mapped

from crm_api.kit import columns
from crm_api.kit.ids import new_id

NAMING = {
    "pk": "%(table_name)s_pkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}
LIVE = text("deleted_at IS NULL")


class Base(DeclarativeBase):
    """Every mapped class. Make rows with `new`, never by calling the class."""

    metadata = MetaData(naming_convention=NAMING)

    @classmethod
    def new(cls, **values: Any) -> Self:
        """A row that is not stored yet; columns not given take their default, or None."""
        row = object.__new__(cls)
        state: dict[str, Any] = {"_loaded": None}
        for key, default in cls.defaults():
            state[key] = values.pop(key) if key in values else default() if callable(default) else default
        if values:
            raise AttributeError(f"{cls.__name__} has no {sorted(values)}")
        row.__dict__.update(state)
        return row

    @classmethod
    def loaded(cls, values: Mapping[str, Any]) -> Self:
        """A row as the database holds it."""
        row = object.__new__(cls)
        row.__dict__.update(values)
        row.__dict__["_loaded"] = dict(values)
        return row

    @classmethod
    def defaults(cls) -> list[tuple[str, Any]]:
        """Column names with their Python defaults, generated columns left out; the order of the table."""
        found: list[tuple[str, Any]] | None = cls.__dict__.get("_defaults")
        if found is None:
            found = [(c.key, c.info.get("default")) for c in table(cls).columns if c.computed is None]
            cls._defaults = found
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.__table__.columns:
            raise AttributeError(f"{type(self).__name__} has no column {name!r}")
        self.__dict__[name] = value

    def apply(self, values: Mapping[str, Any]) -> None:
        """Set several columns."""
        unknown = (values.keys() - self.__dict__.keys()).difference(self.__table__.columns.keys())
        if unknown:
            raise AttributeError(f"{type(self).__name__} has no {sorted(unknown)}")
        self.__dict__.update(values)

    def changes(self) -> dict[str, tuple[Any, Any]]:
        """Column → (before, after) for every column set to another value since it was loaded."""
        before = self.__dict__["_loaded"] or {}
        return {
            name: (before.get(name), value)
            for name, value in self.__dict__.items()
            if name != "_loaded" and (name not in before or before[name] != value)
        }


def table(model: type[Base]) -> Table:
    """The table of a mapped class."""
    found = model.__table__
    assert isinstance(found, Table)
    return found


class Tenanted:
    """A row that belongs to one tenant: `tenant_id` leads its primary key, unique keys and foreign keys."""

    tenant_id: Mapped[str] = columns.identifier(primary_key=True, internal=True, sort_order=-20)
    id: Mapped[str] = columns.identifier(primary_key=True, default=new_id, sort_order=-19)


class Recorded(Tenanted):
    """A row that remembers who made and changed it; `version` counts its changes and is what If-Match compares."""

    created_at: Mapped[datetime] = columns.instant(server_owned=True, sort_order=90)
    created_by: Mapped[str] = columns.reference("principals", server_owned=True, sort_order=91)
    updated_at: Mapped[datetime] = columns.instant(server_owned=True, sort_order=92)
    updated_by: Mapped[str] = columns.reference("principals", server_owned=True, sort_order=93)
    version: Mapped[int] = columns.integer(default=1, server_owned=True, sort_order=94)


class Deletable:
    """A row that is deleted softly and can be restored."""

    deleted_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True, sort_order=95)


class Owned:
    """A row with an owner (null: nobody's, or the pool's) and the team it counts for, stamped on assignment."""

    owner_id: Mapped[str | None] = columns.reference("users", null=True, sort_order=80)
    team_id: Mapped[str | None] = columns.reference("teams", null=True, server_owned=True, sort_order=81)


class Linked:
    """A row that other systems know by their own keys."""

    external_ids: Mapped[list[dict[str, str]]] = columns.external_ids(sort_order=85)


class Customised:
    """A row that has the fields which the company has defined for its kind."""

    custom_fields: Mapped[dict[str, Any]] = columns.custom_fields(sort_order=86)


def page_indexes(name: str, *sorts: str, deletable: bool = True) -> list[Index]:
    """For an owned table: one index for each sort and each way to the rows (owner, team, everything)."""
    live = LIVE if deletable else None
    found = []
    for sort in sorts:
        for way, led_by in (("owner", ["owner_id"]), ("team", ["team_id"]), ("all", [])):
            keys = ["tenant_id", *led_by, sort, "id"]
            found.append(Index(f"{name}_{way}_{sort}_idx", *keys, postgresql_where=live))
    return found
