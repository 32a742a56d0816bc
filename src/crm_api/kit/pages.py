"""The SQL of a page: one index range for each way to the rows, the keyset of the cursor, neighbours joined outside."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Select, and_, desc, false, func, literal_column, or_, select, tuple_, union
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.kit.access import Arm, Scope
from crm_api.kit.cursors import Place
from crm_api.kit.db import table
from crm_api.kit.kinds import kind_of
from crm_api.kit.listing import MAX_LIMIT, Listing
from crm_api.kit.searching import Hits, Source, found_among, holds_words
from crm_api.kit.showing import Layout, columns_of, layout_of, neighbours_of
from crm_api.kit.tenancy import scoped

TOTAL_CAP = 10_000
# A page reads the next of these beyond its limit. They stand in the statement as numbers: one whose limit is bound is
# planned anew for every page, which costs as much as reading it.
ROWS = (11, 21, 26, 51, 101, MAX_LIMIT + 1)


class PageShape:
    """What shapes the SQL of a page."""

    def __init__(
        self,
        listing: Listing,
        scope: Scope,
        place: Place | None,
        hits: Hits | None,
        layout: Layout | None = None,
    ) -> None:
        self.resource, self.filter, self.sort, self.deleted = (
            listing.resource,
            listing.filter,
            listing.sort,
            listing.deleted,
        )
        self.scope = scope
        self.layout: Layout = layout or layout_of(listing.resource, listing.shape)
        self.rows = next((rows for rows in ROWS if rows > listing.limit), listing.limit + 1)
        self.besides, self.places = _keys(self.sort, self.layout.names)
        if listing.ranked is not None:
            self.places = (-2, -1)
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
            self.layout.key,
            self.rows,
        )

    @property
    def counted_key(self) -> tuple[Any, ...]:
        """What shapes the SQL of its total."""
        return self.key[:-2]

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


def _keys(sort: Sequence[tuple[str, bool]], held: Sequence[str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The sort keys that a record does not hold, which come last in its row, and where in the row each key is."""
    besides = tuple(name for name, _ in sort if name not in held)
    places = {name: place for place, name in enumerate(held)}
    places |= {name: place - len(besides) for place, name in enumerate(besides)}
    return besides, tuple(places[name] for name, _ in sort)


def page_of(shape: PageShape) -> Select[Any]:
    """A page with its sort keys."""
    rows, inner = scoped(shape.resource.model, "r"), scoped(shape.resource.model, "k")
    resource, limit = shape.resource, literal_column(str(shape.rows), Integer)

    def narrow(statement: Select[Any], source: Alias) -> Select[Any]:
        conditions = (*shape.conditions(source), *shape.place(source))
        return statement.where(*conditions).order_by(*shape.order(source)).limit(limit)

    def reached(source: Alias) -> ColumnElement[bool]:
        return resource.access.predicate(source, shape.scope, resource.name)

    places = [
        kind_of(table(resource.model).columns[name]).select(rows.c[name]).label(f"key_{name}")
        for name in shape.besides
    ]
    keys: list[ColumnElement[Any]] = [inner.c[name] for name, _ in shape.sort]
    columns = columns_of(shape.layout, rows)
    direct = shape.among or shape.filter.selective or shape.scope in (Scope(Arm.ALL), Scope(Arm.NONE))
    ways = [] if direct else resource.access.branches(inner, keys, shape.scope, resource.name, narrow)
    if len(ways) > 1 or (ways and shape.scope.grants):
        merged = union(*(way.subquery(f"way_{i}").select() for i, way in enumerate(ways))).subquery("merged")
        found = select(*merged.c).order_by(*shape.order(merged)).limit(limit).subquery("found")
    elif shape.layout.near:
        found = narrow(select(*keys).where(reached(inner)), inner).subquery("found")
    else:
        return narrow(select(*columns, *places).where(reached(rows)), rows)
    beside, source = neighbours_of(shape.layout, rows, found.join(rows, rows.c.id == found.c.id))
    return select(*columns, *beside, *places).select_from(source).order_by(*shape.order(rows))


def total_of(shape: PageShape) -> Select[Any]:
    """How many rows a list has, counted a little beyond the cap."""
    rows = scoped(shape.resource.model, "r")
    allowed = shape.resource.access.predicate(rows, shape.scope, shape.resource.name)
    found = select(rows.c.id).where(allowed, *shape.conditions(rows))
    capped = found.limit(bindparam("cap", TOTAL_CAP + 1, type_=Integer)).subquery("capped")
    return select(func.count()).select_from(capped)
