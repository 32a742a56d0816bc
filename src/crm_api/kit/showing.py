"""A record as JSON: the columns it is selected by, and what Python makes of their scalars.

A shape that names fields selects those columns alone; beyond some number of such shapes all columns are selected and
the others dropped, because a new statement costs more than the columns it saves.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Text, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from crm_api.kit.access import Scope
from crm_api.kit.kinds import Instant, MoneyKind, Structure, kind_of
from crm_api.kit.money import money_json
from crm_api.kit.principal import Principal, Right
from crm_api.kit.relations import Relation
from crm_api.kit.resource import Children, Resource
from crm_api.kit.row_json import is_written, row_json, texts
from crm_api.kit.shape import CUSTOM, FULL, Shape
from crm_api.kit.tenancy import scoped

NARROW_SHAPES = 64
WRITTEN = "(text)"  # no name of a field
Finish = Callable[[dict[str, Any]], None]
_narrow: dict[str, set[frozenset[str]]] = {}


class Layout(NamedTuple):
    """How a record lies in a row: its own columns, then for each neighbour its id, whether it is seen, and its columns.

    `key` is what shapes the SQL. One that is `written` is a single text.
    """

    resource: Resource
    asked: Shape
    names: tuple[str, ...]
    finish: Finish
    near: tuple[tuple[Relation, Scope, "Layout"], ...]
    key: tuple[Any, ...]
    written: bool = False

    def width(self) -> int:
        return len(self.names) + sum(2 + inner.width() for _, _, inner in self.near)


def layout_for(principal: Principal, resource: Resource, shape: Shape) -> Layout:
    """The layout in which a page of a shape is read quickest, for somebody who is only going to be sent it."""
    if shape == FULL and is_written(resource) and not unseen(principal, resource):
        return Layout(resource, shape, (WRITTEN,), _finishing(resource, ()), (), (WRITTEN,), written=True)
    return layout_of(resource, shape)


@lru_cache(maxsize=1024)
def layout_of(resource: Resource, shape: Shape) -> Layout:
    """The layout of a shape."""
    names = _selected(resource, shape.fields)
    near = tuple(
        (found.relation, found.scope, layout_of(found.relation.target, found.shape))
        for found in shape.neighbours
    )
    inner = tuple((relation.name, scope, layout.key) for relation, scope, layout in near)
    return Layout(resource, shape, names, _finishing(resource, names), near, (names, inner))


def columns_of(layout: Layout, rows: Any, prefix: str = "") -> list[ColumnElement[Any]]:
    """The columns of a record itself."""
    if layout.written:
        return [row_json(layout.resource, rows).label(WRITTEN)]
    children = {child.name: child for child in layout.resource.children}
    return [
        _children(children[name], rows).label(f"{prefix}{name}")
        if name in children
        else kind_of(layout.resource.columns[name]).select(rows.c[name]).label(f"{prefix}{name}")
        for name in layout.names
    ]


def neighbours_of(
    layout: Layout, rows: Any, source: FromClause, prefix: str = ""
) -> tuple[list[ColumnElement[Any]], FromClause]:
    """The columns of the neighbours, and the source joined with them."""
    columns: list[ColumnElement[Any]] = []
    for relation, scope, inner in layout.near:
        name = f"{prefix}{relation.name}__"
        near = relation.rows(f"{name}near")
        source = source.outerjoin(near, relation.joined(rows, near, scope))
        columns += [
            rows.c[relation.field].cast(Text).label(f"{name}names"),
            near.c.id.is_not(None).label(f"{name}seen"),
            *columns_of(inner, near, name),
        ]
        further, source = neighbours_of(inner, near, source, name)
        columns += further
    return columns, source


def shown(principal: Principal, layout: Layout, rows: Sequence[Any]) -> list[Any]:
    """Rows of a layout as JSON objects, with the field rights of the caller applied."""
    if layout.written:
        return texts(rows)
    if layout.asked == FULL:
        return _whole(principal, layout, rows)
    view = _View(principal, layout)
    return [view.record(tuple(row.values()), 0) for row in rows]


def _whole(principal: Principal, layout: Layout, rows: Sequence[Any]) -> list[dict[str, Any]]:
    rights = unseen(principal, layout.resource)
    found = []
    for row in rows:
        record = dict(zip(layout.names, row.values(), strict=False))
        layout.finish(record)
        record["redacted"] = redact(record, rights) if rights else []
        found.append(record)
    return found


class _View:
    """A layout with the field rights of one caller."""

    def __init__(self, principal: Principal, layout: Layout) -> None:
        fields = layout.asked.fields
        rights = unseen(principal, layout.resource)
        self.layout, self.fields = layout, fields
        self.rights = {name: right for name, right in rights.items() if self._shows(name)}
        self.near = [(relation, _View(principal, inner)) for relation, _, inner in layout.near]

    def _shows(self, name: str) -> bool:
        fields, custom = self.fields, self.layout.asked.custom
        first, _, key = name.partition(".")
        return fields is None or (first in fields and (not key or not custom or key in custom))

    def record(self, values: Sequence[Any], at: int) -> dict[str, Any]:
        """The record whose scalars begin at a place of the row."""
        layout, custom = self.layout, self.layout.asked.custom
        record = dict(zip(layout.names, values[at : at + len(layout.names)], strict=True))
        if custom:
            held = orjson.loads(record[CUSTOM] or b"{}")
            record[CUSTOM] = orjson.dumps({key: held.get(key) for key in sorted(custom)}).decode()
        layout.finish(record)
        if self.fields is not None:
            record = {name: value for name, value in record.items() if name in self.fields}
        redacted = redact(record, self.rights)
        at += len(layout.names)
        for relation, view in self.near:
            named, seen = values[at : at + 2]
            record[relation.name] = (
                None if named is None else view.neighbour(named, values, at + 2, seen=seen)
            )
            at += 2 + view.layout.width()
        record["redacted"] = redacted
        return record

    def neighbour(self, named: str, values: Sequence[Any], at: int, *, seen: bool) -> dict[str, Any]:
        """A neighbour, or of one out of reach no more than the reference tells."""
        if seen:
            return self.record(values, at)
        fields = self.fields
        label = self.layout.resource.label
        names = [label] if fields is None else sorted(fields - {"id"})
        stub = {"id": named} if fields is None or "id" in fields else {}
        return {**stub, **dict.fromkeys(names), "redacted": names}


def unseen(principal: Principal, resource: Resource) -> dict[str, Right]:
    """The fields of a resource that the caller does not see as they are stored."""
    rights = principal.restrictions.get(resource.name)
    return {name: right for name, right in rights.items() if right is not Right.READ_ONLY} if rights else {}


def redact(record: dict[str, Any], rights: Mapping[str, Right]) -> list[str]:
    """Hide and mask in place; the names of the fields that do not show what is stored."""
    for name, right in rights.items():
        holder, key = record, name
        if name.startswith("custom_fields."):
            holder, key = _custom_fields(record), name.partition(".")[2]
        holder[key] = _masked(holder.get(key)) if right is Right.MASKED else None
    return sorted(rights)


def _custom_fields(record: dict[str, Any]) -> dict[str, Any]:
    """The custom fields of a record, parsed if they are still as SQL delivered them."""
    held = record["custom_fields"]
    if not isinstance(held, dict):
        held = orjson.loads(orjson.dumps(held)) or {}
    record["custom_fields"] = held = dict(held)
    return held


def _masked(value: Any) -> Any:
    """The last four characters of a text; a structure is hidden whole, because its parts have no kind to mask by."""
    if not isinstance(value, str):
        return None
    return "*" * max(len(value) - 4, 3) + (value[-4:] if len(value) > 7 else "")


def _selected(resource: Resource, fields: frozenset[str] | None) -> tuple[str, ...]:
    """The columns and child lists that are read for some fields."""
    everything = (*resource.columns, *(child.name for child in resource.children))
    known = _narrow.setdefault(resource.name, set())
    if fields is None or (fields not in known and len(known) >= NARROW_SHAPES):
        return everything
    known.add(fields)
    return tuple(name for name in everything if name in fields or name.removesuffix("_currency") in fields)


@cache
def _finishing(resource: Resource, names: tuple[str, ...]) -> Finish:
    """What remains to be done in Python with the scalars that SQL delivered."""
    kinds = {name: kind_of(resource.columns[name]) for name in names if name in resource.columns}
    money = [name for name, kind in kinds.items() if isinstance(kind, MoneyKind)]
    structures = [name for name, kind in kinds.items() if isinstance(kind, Structure)]
    children = [child for child in resource.children if child.name in names]

    def finish(record: dict[str, Any]) -> None:
        for name in structures:
            if record[name] is not None:
                record[name] = orjson.Fragment(record[name])
        for name in money:
            record[name] = money_json(record[name], record.pop(f"{name}_currency"))
        for child in children:
            record[child.name] = _items(child, record[child.name])

    return finish


def _items(child: Children, text: str) -> list[dict[str, Any]]:
    found = []
    for values in orjson.loads(text):
        item = dict(zip(child.fields, values, strict=True))
        for name, kind in child.fields.items():
            if isinstance(kind, MoneyKind):
                item[name] = money_json(item[name], item.pop(f"{name}_currency"))
            elif isinstance(kind, Instant):
                item[name] = item[name] and datetime.fromisoformat(item[name])
        found.append(item)
    return found


def _children(child: Children, rows: Any) -> ColumnElement[Any]:
    c = scoped(child.model, f"{child.name}_items").c
    # JSON inside JSON stays what it is
    values = [c[n] if isinstance(kind, Structure) else kind.select(c[n]) for n, kind in child.fields.items()]
    listed = func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(*values), c.position))
    return (
        select(func.coalesce(listed.cast(Text), "[]")).where(c[child.parent] == rows.c.id).scalar_subquery()
    )
