"""What a list request asks for: filter, sort, place, size. Strict: what is unknown or repeated is refused."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import DateTime

from crm_api.kit.conditions import Field
from crm_api.kit.db import table
from crm_api.kit.errors import BadRequest, Fault, Forbidden, Invalid, bad_parameter
from crm_api.kit.filters import (
    LEAVES,
    SEVERAL,
    Filter,
    find_field,
    known_fields,
    nearest,
    unknown_parameter,
)
from crm_api.kit.inner_kinds import Micros
from crm_api.kit.kinds import kind_of
from crm_api.kit.principal import Principal
from crm_api.kit.relative import zones
from crm_api.kit.requests import strict_query
from crm_api.kit.resource import Resource
from crm_api.kit.searching import Words, words_of
from crm_api.kit.shape import FULL, Shape, shape_of
from crm_api.kit.sorting import sort_of

CUSTOM_PREFIX = "custom_fields."
SHAPING = ("fields", "expand")
DEFAULT_LIMIT, MAX_LIMIT, QUERY_LENGTH = 50, 200, 200
CONTROLS = ("limit", "cursor", "sort", "include_total", "q", "deleted", "tz", *SHAPING, "view")


class View(NamedTuple):
    """A list request that was saved."""

    resource: str
    filter: Any = None
    sort: Sequence[str] = ()
    fields: Sequence[str] | None = None
    expand: Sequence[str] | None = None


@dataclass(slots=True)
class Listing:
    """A list request, checked; `sort` holds (column, descending) with the id last.

    `words` are those of `q`; with `similar` they may have a typing error.
    With `ranked` the first key is a field of the company's own, and `sort` begins with its name.
    """

    resource: Resource
    filter: Filter
    sort: tuple[tuple[str, bool], ...]
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    include_total: bool = False
    words: Words | None = None
    similar: bool = False
    sensitive: bool = True
    deleted: str = "exclude"
    zone: str = "UTC"
    shape: Shape = FULL
    ranked: Field | None = None

    def kinds(self) -> list[Any]:
        """The kinds of the sort columns."""
        columns = table(self.resource.model).columns
        return [kind_of(columns[name]) for name, _ in self.sort]

    def place_values(self, values: Sequence[Any]) -> dict[str, Any]:
        """Cursor values as they are bound, `k0…`."""
        if self.ranked is not None:
            return _ranked_place(self.ranked, values)
        kinds = self.kinds()
        if len(values) != len(kinds):
            raise _broken_cursor()
        try:
            return {
                f"k{i}": int(value) if isinstance(kind, Micros) else kind.accept(value)
                for i, (kind, value) in enumerate(zip(kinds, values, strict=True))
            }
        except (ValueError, TypeError) as error:
            raise _broken_cursor() from error


def from_query(resource: Resource, principal: Principal, query: bytes) -> Listing:
    """The list that a query string asks for, without a view."""
    return from_parameters(resource, principal, strict_query(query))


def from_parameters(
    resource: Resource, principal: Principal, given: Mapping[str, list[str]], view: View | None = None
) -> Listing:
    """The list that parameters ask for: of a view, whose sort and shape they may replace."""
    listing = empty(resource, principal, view)
    if "view" in given and view is None:
        raise unknown_parameter("view", ())
    controls = [name for name in given if name in CONTROLS]
    for name in controls:
        if len(given[name]) > 1:
            raise bad_parameter(name, "repeated_parameter")
        if name in _CONTROLS:
            _CONTROLS[name](listing, principal, given[name][0])
    named = {name: given[name][0].split(",") for name in SHAPING if name in given}
    listing.shape = _shape(resource, principal, named, view)
    _filter(listing, principal, {name: texts for name, texts in given.items() if name not in controls})
    return listing


def _filter(listing: Listing, principal: Principal, given: Mapping[str, list[str]]) -> None:
    for number, (name, texts) in enumerate(given.items()):
        field, bracket, operator = name.partition("[")
        if number >= LEAVES:
            raise bad_parameter(name, "too_many", limit=LEAVES)
        if bracket and not operator.endswith("]"):
            raise unknown_parameter(name, [*known_fields(listing.resource, principal), *CONTROLS])
        operator = operator[:-1] or "eq"
        if len(texts) > 1 and operator not in SEVERAL:
            raise bad_parameter(name, "repeated_parameter")
        listing.filter.parameter(field, operator, texts)


def from_body(
    resource: Resource, principal: Principal, body: Mapping[str, Any], view: View | None = None
) -> Listing:
    """The list that `POST /x/query` asks for; the schema has checked the shape."""
    listing = empty(resource, principal, view)
    if body.get("filter") is not None:
        listing.filter.tree(body["filter"])
    for name in ("limit", "cursor", "include_total", "q", "deleted", "tz"):
        value = body.get(name)
        if value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            _CONTROLS[name](listing, principal, text)
    listing.shape = _shape(resource, principal, body, view)
    if body.get("sort"):
        _sort_by(listing, principal, body["sort"])
    return listing


def shape_from_query(resource: Resource, principal: Principal, query: bytes) -> Shape:
    """The shape that a get asks for; other parameters are refused."""
    if not query:
        return FULL
    given = strict_parameters(query, SHAPING)
    return _shape(resource, principal, {name: text.split(",") for name, text in given.items()})


def strict_parameters(query: bytes, known: Collection[str]) -> dict[str, str]:
    """The parameters of a query by name; one that nobody declared or that is repeated is refused."""
    found: dict[str, str] = {}
    for name, texts in strict_query(query).items():
        if name not in known:
            raise unknown_parameter(name, known)
        if len(texts) > 1:
            raise bad_parameter(name, "repeated_parameter")
        found[name] = texts[0]
    return found


def empty(resource: Resource, principal: Principal, view: View | None = None) -> Listing:
    """The list that nothing was asked of but a view."""
    sort = sort_of(resource, principal, [resource.default_sort])
    listing = Listing(resource, Filter(resource, principal), sort, zone=principal.time_zone)
    if view is not None:
        if view.sort:
            _sort_by(listing, principal, view.sort)
        if view.filter is not None:
            listing.filter.tree(view.filter)
        listing.shape = shape_of(resource, principal, view.fields, view.expand)
    return listing


def _shape(
    resource: Resource, principal: Principal, named: Mapping[str, Any], view: View | None = None
) -> Shape:
    """The names of a request stand in place of those of its view."""
    asked = [named.get(name) for name in SHAPING]
    if view is not None:
        asked = [
            getattr(view, name) if given is None else given
            for name, given in zip(SHAPING, asked, strict=True)
        ]
    return shape_of(resource, principal, *asked)


def _limit(listing: Listing, _: Principal, text: str) -> None:
    if not text.isascii() or not text.isdigit() or len(text) > 4 or not 1 <= int(text) <= MAX_LIMIT:
        raise bad_parameter("limit", "out_of_range", expected=f"1–{MAX_LIMIT}")
    listing.limit = int(text)


def _cursor(listing: Listing, _: Principal, text: str) -> None:
    listing.cursor = text


def _sorted(listing: Listing, principal: Principal, text: str) -> None:
    _sort_by(listing, principal, text.split(","))


def _total(listing: Listing, _: Principal, text: str) -> None:
    if text not in ("true", "false"):
        raise bad_parameter("include_total", "invalid_value", expected="true or false")
    listing.include_total = text == "true"


def _zone(listing: Listing, _: Principal, text: str) -> None:
    if text not in zones():
        raise bad_parameter("tz", "invalid_value", expected="an IANA time zone")
    listing.zone = text


def _deleted(listing: Listing, principal: Principal, text: str) -> None:
    if text not in ("exclude", "include", "only") or not listing.resource.deletable:
        raise bad_parameter("deleted", "invalid_value", expected="exclude, include or only")
    if text != "exclude" and not principal.reach(listing.resource.restore):
        raise Forbidden
    listing.deleted = text


def _search(listing: Listing, principal: Principal, text: str) -> None:
    resource = listing.resource
    unreadable = principal.unreadable(resource.name)
    if not resource.search or len(text) > QUERY_LENGTH:
        raise bad_parameter(
            "q", "too_long" if resource.search else "unknown_parameter", limit=QUERY_LENGTH, hint=""
        )
    listing.words = words_of(text) if text.strip() else None
    listing.sensitive = not unreadable.intersection(resource.sensitive_search)


def _sort_by(listing: Listing, principal: Principal, keys: Sequence[str]) -> None:
    """A field of the company's own is sorted by alone."""
    own = [key for key in keys if key.removeprefix("-").startswith(CUSTOM_PREFIX)]
    if not own:
        listing.sort, listing.ranked = sort_of(listing.resource, principal, keys), None
        return
    if len(keys) > 1:
        raise bad_parameter("sort", "custom_sort_alone")
    name, down = own[0].removeprefix("-"), own[0].startswith("-")
    listing.ranked = find_field(listing.resource, principal, name)
    if listing.ranked is None or listing.ranked.ranked() is None:
        known = known_fields(listing.resource, principal)
        custom = [other for other in known if other.startswith(CUSTOM_PREFIX)]
        fields = ", ".join([*listing.resource.sorts, *custom])
        raise bad_parameter("sort", "not_sortable", fields=fields, hint=nearest(name, custom))
    listing.sort = ((name, down), ("id", down))


def _ranked_place(field: Field, values: Sequence[Any]) -> dict[str, Any]:
    ranked = field.ranked()
    key, record_id = values if len(values) == 2 else (None, None)
    if ranked is None or not isinstance(record_id, str):
        raise _broken_cursor()
    instant = key is not None and isinstance(ranked.key.type, DateTime)
    return {"k0": datetime.fromisoformat(str(key)) if instant else key, "k1": record_id}


_CONTROLS: dict[str, Callable[[Listing, Principal, str], None]] = {
    "limit": _limit,
    "cursor": _cursor,
    "sort": _sorted,
    "include_total": _total,
    "q": _search,
    "deleted": _deleted,
    "tz": _zone,
}


@contextmanager
def faults_in_body() -> Iterator[None]:
    """What would be a bad parameter of a list is a wrong field of the body that asks for the same list."""
    try:
        yield
    except BadRequest as problem:
        faults = [Fault("pointer", f"/{fault.at}", fault.code, fault.params) for fault in problem.faults]
        raise Invalid(faults=faults) from problem


def _broken_cursor() -> BadRequest:
    return BadRequest("invalid_cursor", faults=[Fault("parameter", "cursor", "invalid_cursor")])
