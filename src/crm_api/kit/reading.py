"""A get or a page: one SELECT of scalars that orjson can write, zipped and masked in Python."""

from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import Select, Uuid, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit import clock
from crm_api.kit.access import Scope, access_values
from crm_api.kit.answers import Partial
from crm_api.kit.cursors import Cursors, Place, bound
from crm_api.kit.errors import BadRequest, NotFound
from crm_api.kit.ids import as_id
from crm_api.kit.listing import Listing
from crm_api.kit.pages import TOTAL_CAP, PageShape, page_of, total_of
from crm_api.kit.principal import Principal
from crm_api.kit.ranking import ranked_rows
from crm_api.kit.relations import neighbour_values
from crm_api.kit.resource import Resource
from crm_api.kit.searching import Hits, Source, look_up
from crm_api.kit.shape import FULL, Shape
from crm_api.kit.showing import Layout, columns_of, layout_for, layout_of, neighbours_of, shown
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

_ID = bindparam("id", type_=Uuid(as_uuid=False))


async def get(uow: UnitOfWork, resource: Resource, record_id: str, shape: Shape = FULL) -> dict[str, Any]:
    """One record as the caller may see it; absent, deleted, invisible or no id at all are one NotFound.

    A `Partial` one when the shape is not the full representation.
    """
    if as_id(record_id) is None:
        raise NotFound
    principal = uow.principal
    reach = principal.reach(resource.read)
    scope = resource.access.scope(principal, reach, resource.name)
    layout = layout_of(resource, shape)
    values = {**access_values(principal, reach), "id": record_id}
    if shape.neighbours:
        values |= neighbour_values(principal, shape.targets())
    rows = await uow.fetch(
        ("get", resource.name, scope, layout.key), lambda: _get(resource, scope, layout), values
    )
    if not rows:
        raise NotFound
    record = shown(principal, layout, rows)[0]
    return record if shape.is_full else Partial(record)


async def page(
    uow: UnitOfWork, listing: Listing, cursors: Cursors, *, to_send: bool = True
) -> dict[str, Any]:
    """One page of a list with the cursors to its neighbours; total only when asked, and capped.

    When nothing matches `q` as it was typed, the list is that of the records that match but for a typing error.
    Records of a page that is not to be sent as it is are dictionaries, all of them.
    """
    answer = await _page_of(uow, listing, cursors, to_send=to_send)
    if answer["data"] or not _forgives(listing) or listing.cursor is not None:
        return answer
    listing.similar = True
    return await _page_of(uow, listing, cursors, to_send=to_send)


async def _page_of(uow: UnitOfWork, listing: Listing, cursors: Cursors, *, to_send: bool) -> dict[str, Any]:
    resource, principal = listing.resource, uow.principal
    reach = principal.reach(resource.read)
    scope = resource.access.scope(principal, reach, resource.name)
    place = _place(principal, listing, cursors)
    bound_to = _what_cursors_fit(principal, listing)
    hits = await _look_up(uow, listing)
    layout = layout_for(principal, resource, listing.shape) if to_send else None
    shape = PageShape(listing, scope, place, hits, layout)
    began, values = _values(principal, listing, place, hits)
    if listing.ranked is not None:
        rows = await ranked_rows(uow, shape, listing.ranked, place, values)
    else:
        rows = await uow.fetch(("page", *shape.key), lambda: page_of(shape), values)
    more = len(rows) > listing.limit
    rows = rows[: listing.limit]
    if shape.back:
        rows = rows[::-1]
    after = bool(rows and (more or shape.back))
    before = bool(rows and (more if shape.back else place is not None))

    def cursor(row: asyncpg.Record, *, back: bool) -> str:
        return cursors.write(Place(back, [row[place] for place in shape.places], began), bound_to)

    answer: dict[str, Any] = {
        "data": shown(principal, shape.layout, rows),
        "page": {
            "next_cursor": cursor(rows[-1], back=False) if after else None,
            "prev_cursor": cursor(rows[0], back=True) if before else None,
            "has_more": after,
        },
    }
    if listing.include_total:
        counted = await uow.fetch(("total", *shape.counted_key), lambda: total_of(shape), values)
        answer["page"]["total"] = min(counted[0][0], TOTAL_CAP)
        answer["page"]["total_is_capped"] = counted[0][0] > TOTAL_CAP
    return answer


async def count(uow: UnitOfWork, listing: Listing, cap: int) -> int:
    """How many rows a list has, counted to `cap`."""
    resource, principal = listing.resource, uow.principal
    reach = principal.reach(resource.read)
    hits = await _look_up(uow, listing)
    shape = PageShape(listing, resource.access.scope(principal, reach, resource.name), None, hits)
    _, values = _values(principal, listing, None, hits)
    values["cap"] = cap
    found = int((await uow.fetch(("total", *shape.counted_key), lambda: total_of(shape), values))[0][0])
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
        **neighbour_values(principal, listing.shape.targets()),
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


def _get(resource: Resource, scope: Scope, layout: Layout) -> Select[Any]:
    rows = scoped(resource.model, "r")
    allowed = resource.access.predicate(rows, scope, resource.name)
    beside, source = neighbours_of(layout, rows, rows)
    wanted = select(*columns_of(layout, rows), *beside).select_from(source)
    return wanted.where(rows.c.id == _ID, allowed, *resource.alive(rows))
