"""The filter grammar, typed per field: `?amount[gte]=100` and its twin, the JSON tree of `POST /x/query`.

Both become the same nested tuple of conditions, whose values travel separately, so that the tuple can be part of a
statement's cache key. `customer.industry` names a field of the neighbour behind `customer_id`, one step away.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias

from crm_api.kit.conditions import Branch, Field, Leaf, NeighbourField, condition, own_fields
from crm_api.kit.errors import Invalid, Problem, bad_parameter
from crm_api.kit.kinds import Day, Flag, Instant, Kind
from crm_api.kit.principal import Principal
from crm_api.kit.relations import neighbour_values, relations
from crm_api.kit.relative import Edge, Relative, relative, span_until_now
from crm_api.kit.resource import Resource

DEPTH, LEAVES, LISTED = 5, 50, 200
SEVERAL = ("in", "nin", "has_any", "has_all", "between")
NEGATIONS = {"ne": "eq", "nin": "in"}
# an operator on a span: which edge it compares with, and how
ON_SPAN = {"lt": ("lt", "start"), "lte": ("lt", "end"), "gt": ("gte", "end"), "gte": ("gte", "start")}


class TooMany(Exception):
    """A list of more values than a condition takes."""


class Filter:
    """Conditions and their values; one per request. `asked` is what the client wrote, for cursors to be bound to."""

    def __init__(self, resource: Resource, principal: Principal) -> None:
        self._resource, self._principal = resource, principal
        self._values: dict[str, Any] = {}
        self._leaves = 0
        self.nodes: tuple[Leaf | Branch, ...] = ()
        self.asked: tuple[Any, ...] = ()
        self.is_moving = False

    @property
    def selective(self) -> bool:
        """Whether it asks for a few rows by key, so that no ordered walk is needed."""
        return any(
            isinstance(node, Leaf) and not node.negated and node.field.name in ("id", "external_id")
            for node in self.nodes
        )

    def parameter(self, name: str, operator: str, texts: Sequence[str]) -> None:
        """Add `name[operator]=text`; operators of lists take several."""
        shown = name if operator == "eq" else f"{name}[{operator}]"
        field = find_field(self._resource, self._principal, name)
        if field is None:
            raise bad_parameter(shown, "unknown_parameter", hint=self._nearest(name))
        if operator not in field.operators:
            raise bad_parameter(shown, "unknown_operator", operators=", ".join(field.operators))
        if operator in SEVERAL and len(texts) == 1:
            texts = texts[0].split(",")
        try:
            leaf = self._leaf(field, operator, list(texts), as_json=False)
        except TooMany as error:
            raise bad_parameter(shown, "too_many", limit=LISTED) from error
        except ValueError as error:
            raise bad_parameter(shown, "invalid_value", expected=_expected(field.kind, operator)) from error
        self.nodes = (*self.nodes, leaf)
        self.asked = (*self.asked, (name, operator, *texts))

    def tree(self, given: object, pointer: str = "/filter") -> None:
        """Add a JSON tree: `{"and": […]}`, `{"or": […]}`, `{"not": {…}}` or `{"field", "op", "value"}`."""
        self._leaves = 0
        self.nodes = (*self.nodes, self._node(given, pointer, 1))
        self.asked = (*self.asked, given)

    def conditions(self, rows: Alias) -> list[ColumnElement[bool]]:
        """The conditions as SQL over the rows of the resource."""
        return [condition(rows, node) for node in self.nodes]

    def values(self, now: datetime, zone: str) -> dict[str, Any]:
        """What the conditions are bound to, relative dates as they stand at a moment in a zone."""
        if not self.is_moving:
            return self._values
        return {
            name: value.at(now, zone) if isinstance(value, Edge) else value
            for name, value in self._values.items()
        }

    def _leaf(self, field: Field, operator: str, given: list[Any], *, as_json: bool) -> Leaf:
        """One condition, its values stored. ValueError for what the field cannot be compared with."""
        values: list[Any] = []
        if operator == "is_null":
            meant, negated = "present", _value(Flag(), given[0], as_json)
        else:
            meant, values = _understood(field.kind, operator, given, as_json=as_json)
            negated = operator in NEGATIONS
        first = len(self._values) if values or field.values(0) else 0
        self._values |= {f"f{first + i}": value for i, value in enumerate(values)}
        self._values |= field.values(first)
        self.is_moving = self.is_moving or any(isinstance(value, Edge) for value in values)
        relation = relations(self._resource).get(field.name.partition(".")[0])
        if relation is not None:
            self._values |= neighbour_values(self._principal, [relation.target])
        return Leaf(field, meant, first, negated)

    def _node(self, given: object, pointer: str, depth: int) -> Leaf | Branch:
        if depth > DEPTH:
            raise Invalid.at(pointer, "too_deep", limit=DEPTH)
        if not isinstance(given, Mapping):
            raise Invalid.at(pointer, "wrong_type", expected="an object")
        for joint in ("and", "or", "not"):
            if joint in given and len(given) == 1:
                nodes = [given[joint]] if joint == "not" else given[joint]
                if not isinstance(nodes, list) or not nodes:
                    raise Invalid.at(f"{pointer}/{joint}", "wrong_type", expected="a list of conditions")
                places = ["" if joint == "not" else f"/{i}" for i in range(len(nodes))]
                children = [
                    self._node(node, f"{pointer}/{joint}{place}", depth + 1)
                    for node, place in zip(nodes, places, strict=True)
                ]
                return Branch(joint, tuple(children))
        return self._condition(given, pointer)

    def _condition(self, given: Mapping[str, Any], pointer: str) -> Leaf:
        _demand_leaf(given, pointer)
        name, operator, value = given["field"], given["op"], given["value"]
        field = find_field(self._resource, self._principal, name) if isinstance(name, str) else None
        if field is None:
            raise Invalid.at(f"{pointer}/field", "unknown_field", hint=self._nearest(str(name)))
        if operator not in field.operators:
            raise Invalid.at(f"{pointer}/op", "unknown_operator", operators=", ".join(field.operators))
        self._leaves += 1
        if self._leaves > LEAVES:
            raise Invalid.at(pointer, "too_many", limit=LEAVES)
        try:
            if operator in SEVERAL and not isinstance(value, list):
                raise ValueError  # noqa: TRY301  the same as a value of another type
            return self._leaf(field, operator, value if operator in SEVERAL else [value], as_json=True)
        except TooMany as error:
            raise Invalid.at(f"{pointer}/value", "too_many", limit=LISTED) from error
        except ValueError as error:
            raise Invalid.at(
                f"{pointer}/value", "invalid_value", expected=_expected(field.kind, operator)
            ) from error

    def _nearest(self, name: str) -> str:
        return nearest(name, known_fields(self._resource, self._principal, name))


def find_field(resource: Resource, principal: Principal, name: str) -> Field | None:
    """The field that a name stands for; None when there is none that the caller may see."""
    found = _readable(resource, principal, name)
    first, _, rest = name.partition(".")
    if found is None and rest:
        relation = relations(resource).get(first)
        if relation is None or relation.field in principal.unreadable(resource.name):
            return None
        inner = _readable(relation.target, principal, rest) if principal.reach(relation.target.read) else None
        return NeighbourField(relation, inner, relation.scope(principal)) if inner else None
    return found


def known_fields(resource: Resource, principal: Principal, near: str = "") -> Iterable[str]:
    """The names that the caller may filter by; those of a neighbour where `near` begins like one."""
    relation = relations(resource).get(near.partition(".")[0]) if "." in near else None
    if relation is None:
        return _names(resource, principal)
    return [
        name
        for name in (f"{relation.name}.{inner}" for inner in _names(relation.target, principal))
        if find_field(resource, principal, name)
    ]


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint naming the closest known name, or nothing."""
    close = get_close_matches(name, list(known), n=1)
    return f" → {close[0]}" if close else ""


def unknown_parameter(name: str, known: Iterable[str]) -> Problem:
    """The refusal of a query parameter that nobody declared."""
    return bad_parameter(name, "unknown_parameter", hint=nearest(name.partition("[")[0], known))


def _names(resource: Resource, principal: Principal) -> list[str]:
    names = [*own_fields(resource), *principal.catalogue.get(resource.name, ())]
    return [name for name in names if _readable(resource, principal, name)]


def _readable(resource: Resource, principal: Principal, name: str) -> Field | None:
    field = own_fields(resource).get(name)
    if field is None and principal.catalogue:
        field = principal.catalogue.get(resource.name, {}).get(name)
    unreadable = principal.unreadable(resource.name)
    return None if unreadable and not unreadable.isdisjoint(_roots(name)) else field


def _roots(name: str) -> tuple[str, ...]:
    """What a name is part of: of `custom_fields.price.currency` each beginning."""
    if name == "external_id":
        return ("external_ids",)
    parts = name.split(".")
    return tuple(".".join(parts[: i + 1]) for i in range(len(parts)))


def _understood(kind: Kind, operator: str, given: list[Any], *, as_json: bool) -> tuple[str, list[Any]]:
    """The operator of the statement, and the values it is bound to."""
    whole = isinstance(kind, Day)
    meant = NEGATIONS.get(operator, operator)
    if operator == "within_last":
        return "within", list(span_until_now(given[0] if isinstance(given[0], str) else "", whole=whole))
    if len(given) > LISTED:
        raise TooMany
    if not given or (operator == "between" and len(given) != 2):
        raise ValueError
    if operator in SEVERAL and operator != "between":
        return meant, [list(dict.fromkeys(_value(kind, item, as_json) for item in given))]
    moves = isinstance(kind, Day | Instant)
    values = [
        (relative(item, whole=whole) if moves and isinstance(item, str) else None)
        or _value(kind, item, as_json)
        for item in given
    ]
    return _between(*values) if operator == "between" else _single(meant, values[0])


def _value(kind: Kind, given: Any, as_json: bool) -> Any:
    return kind.accept(given) if as_json else kind.read(given)


def _single(operator: str, value: Any) -> tuple[str, list[Any]]:
    if not isinstance(value, Relative):
        return operator, [value]
    if value.end is None:
        return operator, [value.start]
    if operator == "eq":
        return "during", [value.start, value.end]
    operator, edge = ON_SPAN[operator]
    return operator, [getattr(value, edge)]


def _between(low: Any, high: Any) -> tuple[str, list[Any]]:
    """Both ends belong to it; of a span the whole."""
    low = low.start if isinstance(low, Relative) else low
    if isinstance(high, Relative):
        return ("between", [low, high.start]) if high.end is None else ("during", [low, high.end])
    return "between", [low, high]


def _expected(kind: Kind, operator: str) -> str:
    if operator == "within_last":
        return "a span such as `7d`, `2w` or `3m`"
    return Flag.expected if operator == "is_null" else kind.expected


def _demand_leaf(given: Mapping[str, Any], pointer: str) -> None:
    keys = ("field", "op", "value")
    for key in given:
        if key not in keys:
            hint = nearest(key, ("and", "or", "not", *keys))
            raise Invalid.at(f"{pointer}/{key}", "unknown_field", hint=hint)
    for key in keys:
        if key not in given:
            raise Invalid.at(f"{pointer}/{key}", "required")
