"""The declaration of a resource: one table, who reaches its rows, what can be sorted, searched and referred to.

Filters, sorting, paging, events, search and OpenAPI parameters are driven by it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Column
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias

from crm_api.kit.access import Access
from crm_api.kit.db import Base, table
from crm_api.kit.kinds import CurrencyKind, CustomFields, Kind, MoneyKind, Reference, kind_of
from crm_api.kit.principal import Permission


@dataclass(frozen=True, eq=False)
class Children:
    """Rows that live and die with their parent and are written as its complete list (`lines`, `stages`)."""

    name: str
    model: type[Base]
    parent: str

    @cached_property
    def fields(self) -> dict[str, Kind]:
        """JSON name → kind, in the order of the table."""
        hidden = {"tenant_id", "position", self.parent}
        return {
            c.key: kind_of(c)
            for c in table(self.model).columns
            if c.key not in hidden and not c.info["internal"]
        }


@dataclass(frozen=True, eq=False)
class Resource:
    """`sorts` maps the name a client sorts by to the NOT NULL column that is compared; each has an index per reach.

    `search` names the columns that `q=` finds, `sensitive_search` those among them that a restricted caller may not
    search. `subject` records can have notes and attachments. `guarded` records are changed only with `If-Match`.
    `importable` rows come in as files, `exportable` ones leave as such. `open_when` tells which rows move along when
    their owner changes team (closed ones keep their stamp) and keep an owner from leaving; None: none is handed over.
    `events` names what happens to a record besides being created, updated, deleted and restored, in the past tense.
    """

    name: str
    singular: str
    model: type[Base]
    access: Access
    sorts: Mapping[str, str] = field(default_factory=lambda: {"created_at": "created_at"})
    default_sort: str = "-created_at"
    search: tuple[str, ...] = ()
    sensitive_search: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    children: tuple[Children, ...] = ()
    open_when: Mapping[str, tuple[str, ...]] | None = field(default_factory=dict)
    label: str = "name"
    subject: bool = False
    events: tuple[str, ...] = ()
    importable: bool = False
    exportable: bool = False
    guarded: bool = False

    def action(self, name: str) -> Permission:
        """The permission for a verb of this resource."""
        return Permission(self.name, name)

    @cached_property
    def read(self) -> Permission:
        return self.action("read")

    @cached_property
    def create(self) -> Permission:
        return self.action("create")

    @cached_property
    def update(self) -> Permission:
        return self.action("update")

    @cached_property
    def delete(self) -> Permission:
        return self.action("delete")

    @cached_property
    def restore(self) -> Permission:
        return self.action("restore")

    @cached_property
    def columns(self) -> dict[str, Column[Any]]:
        """Columns that a client sees, in the order of the table; a money field's currency is part of its field."""
        return {c.key: c for c in table(self.model).columns if not c.info.get("internal")}

    @cached_property
    def fields(self) -> dict[str, Kind]:
        """JSON name → kind."""
        return {
            name: kind_of(column)
            for name, column in self.columns.items()
            if not isinstance(kind_of(column), CurrencyKind)
        }

    @cached_property
    def shows(self) -> dict[str, Callable[[Any], Any]]:
        """The fields that are not shown as they are stored."""
        return {name: kind.show for name, kind in self.fields.items() if type(kind).show is not Kind.show}

    @cached_property
    def moneys(self) -> list[str]:
        """The fields whose currency is in a column beside them."""
        return [name for name, kind in self.fields.items() if isinstance(kind, MoneyKind)]

    @cached_property
    def references(self) -> dict[str, str]:
        """Fields in which a client names a record → its resource; owners have a rule of their own."""
        return {
            name: kind.resource
            for name, kind in self.fields.items()
            if isinstance(kind, Reference)
            and name != "owner_id"
            and not self.columns[name].info["server_owned"]
        }

    @cached_property
    def neighbours(self) -> dict[str, tuple[str, str]]:
        """Relation → (the field that holds the id, the resource it leads to): `owner` for `owner_id`.

        A principal may be a person, a key or a job, which are read as different resources or not at all.
        """
        return {
            name.removesuffix("_id"): (name, kind.resource)
            for name, kind in self.fields.items()
            if isinstance(kind, Reference) and name.endswith("_id") and kind.resource != "principals"
        }

    @cached_property
    def recorded(self) -> frozenset[str]:
        """The columns whose changes an event tells as they are: stamps go without saying, money is told whole."""
        stamps = {"created_at", "created_by", "updated_at", "updated_by", "version"}
        told_apart = {*self.moneys, "custom_fields"} if self.customised else set(self.moneys)
        return frozenset(self.fields) - stamps - told_apart

    @cached_property
    def filters(self) -> dict[str, tuple[str, Kind]]:
        """Parameter name → (column that is compared, kind)."""
        found: dict[str, tuple[str, Kind]] = {}
        for name, kind in self.fields.items():
            if isinstance(kind, MoneyKind):
                found[name] = (f"{name}_micro", kind)
                found[f"{name}.currency"] = (f"{name}_currency", kind_of(self.columns[f"{name}_currency"]))
            elif kind.operators:
                found[name] = (name, kind)
        if "external_ids" in found:
            found["external_id"] = found.pop("external_ids")
        return found

    def nullable(self, column: str) -> bool:
        """Whether the compared column can be absent."""
        return bool(table(self.model).columns[column].nullable)

    @property
    def deletable(self) -> bool:
        return "deleted_at" in table(self.model).columns

    @cached_property
    def customised(self) -> bool:
        return isinstance(self.fields.get("custom_fields"), CustomFields)

    @property
    def linked(self) -> bool:
        return "external_ids" in table(self.model).columns

    def alive(self, rows: Alias, deleted: str = "exclude") -> list[ColumnElement[bool]]:
        """The condition of `deleted=exclude|include|only`."""
        if not self.deletable or deleted == "include":
            return []
        return [rows.c.deleted_at.is_(None) if deleted == "exclude" else rows.c.deleted_at.is_not(None)]
