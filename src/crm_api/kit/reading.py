"""A get or a page: one SELECT of scalars that orjson can write, zipped and masked in Python."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import asyncpg
import orjson
from sqlalchemy import Integer, Select, Text, Uuid, and_, desc, false, func, or_, select, tuple_, union
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.kit import clock
from crm_api.kit.access import Arm, Scope, access_values
from crm_api.kit.cursors import Cursors, Place, bound
from crm_api.kit.db import table
from crm_api.kit.errors import BadRequest, NotFound
from crm_api.kit.ids import as_id
from crm_api.kit.kinds import MoneyKind, Structure, kind_of
from crm_api.kit.listing import Listing
from crm_api.kit.money import money_json
from crm_api.kit.principal import Principal, Right
from crm_api.kit.resource import Children, Resource
from crm_api.kit.searching import Hits, Source, found_among, holds_words, look_up
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

TOTAL_CAP = 10_000
_ID = bindparam("id", type_=Uuid(as_uuid=False))


async def get(uow: UnitOfWork, resource: Resource, record_id: str) -> dict[str, Any]:
    """One record as the caller may see it; absent, deleted, invisible or no id at all are one NotFound."""
    if as_id(record_id) is None:
        raise NotFound
    principal = uow.principal
    reach = principal.reach(resource.read)
    scope = resource.access.scope(principal, reach, resource.name)
    rows = await uow.fetch(
        ("get", resource.name, scope),
        lambda: _get(resource, scope),
        {**access_values(principal, reach), "id": record_id},
    )
    if not rows:
        raise NotFound
    return shown(resource, principal, rows)[0]


async def page(uow: UnitOfWork, listing: Listing, cursors: Cursors) -> dict[str, Any]:
    """One page of a list with the cursors to its neighbours; total only when asked, and capped.

    When nothing matches `q` as it was typed, the list is that of the records that match but for a typing error.
    """
    answer = await _page_of(uow, listing, cursors)
    if answer["data"] or not _forgives(listing) or listing.cursor is not None:
        return answer
    listing.similar = True
    return await _page_of(uow, listing, cursors)


async def _page_of(uow: UnitOfWork, listing: Listing, cursors: Cursors) -> dict[str, Any]:
    resource, principal = listing.resource, uow.principal
    reach = principal.reach(resource.read)
    scope = resource.access.scope(principal, reach, resource.name)
    place = _place(principal, listing, cursors)
    bound_to = _what_cursors_fit(principal, listing)
    hits = await _look_up(uow, listing)
    shape = _Shape(listing, scope, place, hits)
    began, values = _values(principal, listing, place, hits)
    rows = await uow.fetch(("page", *shape.key), lambda: _page(shape), values)
    more = len(rows) > listing.limit
    rows = rows[: listing.limit]
    if shape.back:
        rows = rows[::-1]
    after = bool(rows and (more or shape.back))
    before = bool(rows and (more if shape.back else place is not None))

    def cursor(row: asyncpg.Record, *, back: bool) -> str:
        return cursors.write(Place(back, list(row.values())[-len(listing.sort) :], began), bound_to)

    answer: dict[str, Any] = {
        "data": shown(resource, principal, rows),
        "page": {
            "next_cursor": cursor(rows[-1], back=False) if after else None,
            "prev_cursor": cursor(rows[0], back=True) if before else None,
            "has_more": after,
        },
    }
    if listing.include_total:
        counted = await uow.fetch(("total", *shape.key), lambda: _total(shape), values)
        answer["page"]["total"] = min(counted[0][0], TOTAL_CAP)
        answer["page"]["total_is_capped"] = counted[0][0] > TOTAL_CAP
    return answer


async def count(uow: UnitOfWork, listing: Listing, cap: int) -> int:
    """How many rows a list has, counted to `cap`."""
    resource, principal = listing.resource, uow.principal
    reach = principal.reach(resource.read)
    hits = await _look_up(uow, listing)
    shape = _Shape(listing, resource.access.scope(principal, reach, resource.name), None, hits)
    _, values = _values(principal, listing, None, hits)
    values["cap"] = cap
    found = int((await uow.fetch(("total", *shape.key), lambda: _total(shape), values))[0][0])
    if found or listing.similar or not _forgives(listing):
        return found
    listing.similar = True
    return await count(uow, listing, cap)


def _values(
    principal: Principal, listing: Listing, place: Place | None, hits: Hits | None
) -> tuple[str | None, dict[str, Any]]:
    """When the walk began, if that matters to its filter, and what a page is bound to."""
    now = datetime.fromisoformat(place.began) if place and place.began else clock.now()
    values = {
        **access_values(principal, principal.reach(listing.resource.read)),
        **listing.filter.values(now, listing.zone),
        "found_ids": list(hits.fits) if hits else [],
        "grams": listing.words and listing.words.grams,
        "limit": listing.limit + 1,
    }
    if place:
        values |= listing.place_values(place.values)
    return now.isoformat() if listing.filter.is_moving else None, values


async def _look_up(uow: UnitOfWork, listing: Listing) -> Hits | None:
    if listing.words is None:
        return None
    source = Source(listing.resource, listing.sensitive)
    return (await look_up(uow, [source], listing.words, similar=listing.similar))[source.resource.name]


def _place(principal: Principal, listing: Listing, cursors: Cursors) -> Place | None:
    """Where a page begins. A cursor of a list with typing errors goes on with it."""
    if listing.cursor is None:
        return None
    try:
        return cursors.read(listing.cursor, _what_cursors_fit(principal, listing))
    except BadRequest:
        if not _forgives(listing):
            raise
        listing.similar = True
        return cursors.read(listing.cursor, _what_cursors_fit(principal, listing))


def _forgives(listing: Listing) -> bool:
    return listing.words is not None and bool(listing.words.clauses)


def _what_cursors_fit(principal: Principal, listing: Listing) -> bytes:
    zone = listing.zone if listing.filter.is_moving else None
    searched = (listing.words, listing.similar)
    asked = (listing.filter.asked, zone, listing.sort, searched, listing.deleted)
    return bound((principal.tenant_id, listing.resource.name, *asked))


def read_columns(resource: Resource, rows: Any) -> list[ColumnElement[Any]]:
    """What a record is shown by, in the order of its JSON keys."""
    columns = [kind_of(column).select(rows.c[name]).label(name) for name, column in resource.columns.items()]
    return [*columns, *(_children(child, rows) for child in resource.children)]


def shown(resource: Resource, principal: Principal, rows: Sequence[asyncpg.Record]) -> list[dict[str, Any]]:
    """Rows of `read_columns` as JSON objects, with the field rights of the caller applied."""
    names, finish = _finishing(resource)
    rights = unseen(principal, resource)
    found = []
    for row in rows:
        record = dict(zip(names, row.values(), strict=False))
        finish(record)
        record["redacted"] = redact(record, rights) if rights else []
        found.append(record)
    return found


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


@cache
def _finishing(resource: Resource) -> tuple[list[str], Callable[[dict[str, Any]], None]]:
    """The keys of a row in order, and what remains to be done in Python with the scalars that SQL delivered."""
    kinds = {name: kind_of(column) for name, column in resource.columns.items()}
    money = [name for name, kind in kinds.items() if isinstance(kind, MoneyKind)]
    structures = [name for name, kind in kinds.items() if isinstance(kind, Structure)]

    def finish(record: dict[str, Any]) -> None:
        for name in structures:
            if record[name] is not None:
                record[name] = orjson.Fragment(record[name])
        for name in money:
            record[name] = money_json(record[name], record.pop(f"{name}_currency"))
        for child in resource.children:
            record[child.name] = _items(child, record[child.name])

    return [*kinds, *(child.name for child in resource.children)], finish


def _items(child: Children, text: str) -> list[dict[str, Any]]:
    found = []
    for values in orjson.loads(text):
        item = dict(zip(child.fields, values, strict=True))
        for name, kind in child.fields.items():
            if isinstance(kind, MoneyKind):
                item[name] = money_json(item[name], item.pop(f"{name}_currency"))
        found.append(item)
    return found


def _children(child: Children, rows: Any) -> ColumnElement[Any]:
    items = scoped(child.model, f"{child.name}_items")
    values = [kind.select(items.c[name]) for name, kind in child.fields.items()]
    listed = func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(*values), items.c.position))
    return (
        select(func.coalesce(listed.cast(Text), "[]"))
        .where(items.c[child.parent] == rows.c.id)
        .scalar_subquery()
        .label(child.name)
    )


def _get(resource: Resource, scope: Scope) -> Select[Any]:
    rows = scoped(resource.model, "r")
    allowed = resource.access.predicate(rows, scope, resource.name)
    return select(*read_columns(resource, rows)).where(rows.c.id == _ID, allowed, *resource.alive(rows))


class _Shape:
    """What shapes the SQL of a page."""

    def __init__(self, listing: Listing, scope: Scope, place: Place | None, hits: Hits | None) -> None:
        self.resource, self.filter, self.sort, self.deleted = (
            listing.resource,
            listing.filter,
            listing.sort,
            listing.deleted,
        )
        self.scope = scope
        self.placed, self.back = place is not None, place is not None and place.back
        self.source = Source(self.resource, listing.sensitive)
        self.among, self.holding = hits is not None and not hits.more, hits is not None and hits.more
        self.key = (
            self.resource.name,
            scope,
            self.filter.nodes,
            self.sort,
            self.deleted,
            self.placed,
            self.back,
            self.source.sensitive,
            self.among,
            self.holding,
        )

    def order(self, rows: Any) -> list[ColumnElement[Any]]:
        """ORDER BY; a walk back turns every key round."""
        return [desc(rows.c[name]) if down != self.back else rows.c[name] for name, down in self.sort]

    def conditions(self, rows: Alias) -> list[ColumnElement[bool]]:
        """Everything but access and place."""
        found = [*self.resource.alive(rows, self.deleted), *self.filter.conditions(rows)]
        if self.among:
            found.append(found_among(rows))
        if self.holding:
            found.append(holds_words(rows, self.source))
        return found

    def place(self, rows: Any) -> list[ColumnElement[bool]]:
        """The keyset condition: strictly beyond the place of the cursor."""
        if not self.placed:
            return []
        columns = [rows.c[name] for name, _ in self.sort]
        values = [bindparam(f"k{i}", type_=column.type) for i, column in enumerate(columns)]
        downs = [down != self.back for _, down in self.sort]
        if len(set(downs)) == 1:
            left, right = tuple_(*columns), tuple_(*values)
            return [left < right if downs[0] else left > right]
        beyond = [
            column < value if down else column > value
            for column, value, down in zip(columns, values, downs, strict=True)
        ]
        steps = [and_(*(columns[j] == values[j] for j in range(i)), beyond[i]) for i in range(len(columns))]
        first = columns[0] <= values[0] if downs[0] else columns[0] >= values[0]
        return [first, or_(false(), *steps)]


def _page(shape: _Shape) -> Select[Any]:
    rows = scoped(shape.resource.model, "r")
    keys = [rows.c[name] for name, _ in shape.sort]
    limit = bindparam("limit", type_=Integer)

    def narrow(statement: Select[Any], source: Alias) -> Select[Any]:
        return (
            statement.where(*shape.conditions(source), *shape.place(source))
            .order_by(*shape.order(source))
            .limit(limit)
        )

    shown_columns = read_columns(shape.resource, rows)
    places = [
        kind_of(table(shape.resource.model).columns[name]).select(column).label(f"key_{name}")
        for (name, _), column in zip(shape.sort, keys, strict=True)
    ]
    if shape.among or shape.filter.selective or shape.scope in (Scope(Arm.ALL), Scope(Arm.NONE)):
        allowed = shape.resource.access.predicate(rows, shape.scope, shape.resource.name)
        return narrow(select(*shown_columns, *places).where(allowed), rows)
    inner = scoped(shape.resource.model, "k")
    ways = shape.resource.access.branches(
        inner, [inner.c[name] for name, _ in shape.sort], shape.scope, shape.resource.name, narrow
    )
    if len(ways) == 1 and not shape.scope.grants:
        return narrow(
            select(*shown_columns, *places).where(
                shape.resource.access.predicate(rows, shape.scope, shape.resource.name)
            ),
            rows,
        )
    merged = union(*(way.subquery(f"way_{i}").select() for i, way in enumerate(ways))).subquery("merged")
    found = select(*merged.c).order_by(*shape.order(merged)).limit(limit).subquery("found")
    return (
        select(*shown_columns, *places)
        .join_from(found, rows, rows.c.id == found.c.id)
        .order_by(*shape.order(rows))
    )


def _total(shape: _Shape) -> Select[Any]:
    rows = scoped(shape.resource.model, "r")
    allowed = shape.resource.access.predicate(rows, shape.scope, shape.resource.name)
    found = select(rows.c.id).where(allowed, *shape.conditions(rows))
    capped = found.limit(bindparam("cap", TOTAL_CAP + 1, type_=Integer)).subquery("capped")
    return select(func.count()).select_from(capped)
