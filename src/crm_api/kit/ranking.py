"""Pages sorted by a field of the company's own: records with a value walk its index, those without are a second arm.

Absent is greatest: the second arm follows ascending and leads descending. It is asked only when a page reaches it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Integer, Select, Text, Uuid, asc, desc, literal, null, select, tuple_
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.conditions import Field, Ranked
from crm_api.kit.cursors import Place
from crm_api.kit.pages import PageShape
from crm_api.kit.showing import columns_of, neighbours_of
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

_ID = bindparam("k1", type_=Uuid(as_uuid=False))


async def ranked_rows(
    uow: UnitOfWork, shape: PageShape, field: Field, place: Place | None, values: Mapping[str, Any]
) -> Sequence[Any]:
    """The rows of a page and one more, key and id last."""
    down = shape.sort[0][1] != shape.back
    arms = [False, True] if down else [True, False]
    if place is not None:
        arms = arms[arms.index(place.values[0] is not None) :]
    rows: list[Any] = []
    for position, valued in enumerate(arms):
        placed = place is not None and position == 0
        left = values["limit"] - len(rows)
        if left:
            rows += await uow.fetch(
                ("ranked", *shape.key, field, valued, placed),
                lambda v=valued, p=placed: _arm(shape, field, down=down, valued=v, placed=p),  # type: ignore[misc]
                {**values, **field.values("sorted"), "limit": left},
            )
    return rows


def _arm(shape: PageShape, field: Field, *, down: bool, valued: bool, placed: bool) -> Select[Any]:
    ranked = field.ranked()
    assert ranked is not None, "a list is sorted by fields that have an order"
    order = desc if down else asc
    found = (_with_value if valued else _without_value)(shape, ranked, down=down, placed=placed).subquery(
        "found"
    )
    rows = scoped(shape.resource.model, "r")
    beside, source = neighbours_of(shape.layout, rows, found.join(rows, rows.c.id == found.c.id))
    last = (found.c.rank.label("key_rank"), found.c.id.cast(Text).label("key_id"))
    wanted = select(*columns_of(shape.layout, rows), *beside, *last).select_from(source)
    return wanted.order_by(order(found.c.rank), order(found.c.id))


def _with_value(shape: PageShape, ranked: Ranked, *, down: bool, placed: bool) -> Select[Any]:
    inner, order = scoped(shape.resource.model, "k"), desc if down else asc
    place: list[ColumnElement[bool]] = []
    if placed:
        here = tuple_(bindparam("k0", type_=ranked.key.type), _ID)
        at = tuple_(ranked.key, ranked.record_id)
        place = [at < here if down else at > here]
    return (
        select(inner.c.id, ranked.key.label("rank"))
        .select_from(ranked.rows.join(inner, inner.c.id == ranked.record_id))
        .where(ranked.of_field, ranked.key.is_not(None), *_wanted(shape, inner), *place)
        .order_by(order(ranked.key), order(ranked.record_id))
        .limit(bindparam("limit", type_=Integer))
    )


def _without_value(shape: PageShape, ranked: Ranked, *, down: bool, placed: bool) -> Select[Any]:
    inner, order = scoped(shape.resource.model, "k"), desc if down else asc
    place = [inner.c.id < _ID if down else inner.c.id > _ID] if placed else []
    # read once: a planner that hopes to fill the page early would look every record up
    with_value = select(ranked.record_id).where(ranked.of_field).offset(literal(0)).subquery("with_value")
    has_value = select(with_value.c.record_id).where(with_value.c.record_id == inner.c.id)
    return (
        select(inner.c.id, null().label("rank"))
        .where(~has_value.correlate(inner).exists(), *_wanted(shape, inner), *place)
        .order_by(order(inner.c.id))
        .limit(bindparam("limit", type_=Integer))
    )


def _wanted(shape: PageShape, inner: Any) -> list[ColumnElement[bool]]:
    reached = shape.resource.access.predicate(inner, shape.scope, shape.resource.name)
    return [reached, *shape.conditions(inner)]
