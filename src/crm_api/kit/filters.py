"""The filter grammar, typed per field: `?amount[gte]=100` and its twin, the JSON tree of `POST /x/query`.

Both become the same nested tuple of conditions (`Node`), whose values travel separately, so that the tuple can be part
of a statement's cache key.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Text, Uuid, and_, func, not_, or_, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.kit.db import table
from crm_api.kit.errors import Invalid, Problem, bad_parameter
from crm_api.kit.events import ExternalId
from crm_api.kit.kinds import READ_ERRORS, ExternalIds, Flag, Kind, Micros, MoneyKind, kind_of
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped

DEPTH, LEAVES, LISTED = 5, 50, 200
SIGNS = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


class Leaf(NamedTuple):
    """One condition; its values are bound as `f<first>…`."""

    field: str
    operator: str
    first: int


class Branch(NamedTuple):
    """`and`, `or` or `not` over conditions."""

    joint: str
    nodes: tuple[Any, ...]


class Filter:
    """Conditions and their values; one per request."""

    def __init__(self, resource: Resource, unreadable: frozenset[str] = frozenset()) -> None:
        self._resource = resource
        self._fields = {
            name: spec for name, spec in resource.filters.items() if _root(name) not in unreadable
        }
        self.nodes: tuple[Leaf | Branch, ...] = ()
        self.values: dict[str, Any] = {}

    @property
    def selective(self) -> bool:
        """Whether it asks for a few rows by key, so that no ordered walk is needed."""
        return any(isinstance(node, Leaf) and node.field in ("id", "external_id") for node in self.nodes)

    def parameter(self, name: str, operator: str, texts: Sequence[str]) -> None:
        """Add `name[operator]=text`; `in` and `nin` take several."""
        shown = name if operator == "eq" else f"{name}[{operator}]"
        kind, operators = self._spec(name, shown)
        if operator not in operators:
            raise bad_parameter(shown, "unknown_operator", operators=", ".join(operators))
        try:
            if operator == "is_null":
                value: Any = {"true": True, "false": False}[texts[0]]
            elif operator in ("in", "nin", "between"):
                parts = (
                    [part for text in texts for part in text.split(",")] if len(texts) == 1 else list(texts)
                )
                value = self._several(operator, [kind.read(part) for part in parts])
            else:
                value = kind.read(texts[0])
        except READ_ERRORS as error:
            raise bad_parameter(shown, "invalid_value", expected=kind.expected) from error
        self.nodes = (*self.nodes, self._leaf(name, operator, value))

    def tree(self, given: object, pointer: str = "/filter") -> None:
        """Add a JSON tree: `{"and": […]}`, `{"or": […]}`, `{"not": {…}}` or `{"field", "op", "value"}`."""
        self.nodes = (*self.nodes, self._node(given, pointer, 1))

    def conditions(self, rows: Alias) -> list[ColumnElement[bool]]:
        """The conditions as SQL over the rows of the resource."""
        return [_sql(self._resource, rows, node) for node in self.nodes]

    def _spec(self, name: str, shown: str) -> tuple[Kind, tuple[str, ...]]:
        if name not in self._fields:
            raise bad_parameter(shown, "unknown_parameter", hint=nearest(name, self._fields))
        column, kind = self._fields[name]
        absent = ("is_null",) if name != "external_id" and self._can_be_absent(name, column) else ()
        return kind, (*kind.operators, *absent)

    def _can_be_absent(self, name: str, column: str) -> bool:
        return self._resource.nullable(name if name in self._resource.columns else column)

    def _several(self, operator: str, values: list[Any]) -> list[Any]:
        if len(values) > LISTED or not values or (operator == "between" and len(values) != 2):
            raise ValueError
        return values

    def _leaf(self, name: str, operator: str, value: Any) -> Leaf:
        first = len(self.values)
        for offset, item in enumerate(value if operator == "between" else [value]):
            self.values[f"f{first + offset}"] = item
        return Leaf(name, operator, first)

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
                return Branch(
                    joint,
                    tuple(
                        self._node(
                            node, f"{pointer}/{joint}" + ("" if joint == "not" else f"/{i}"), depth + 1
                        )
                        for i, node in enumerate(nodes)
                    ),
                )
        return self._condition(given, pointer)

    def _condition(self, given: Mapping[str, Any], pointer: str) -> Leaf:
        _demand_leaf(given, pointer)
        name, operator, value = given["field"], given["op"], given["value"]
        if not isinstance(name, str) or name not in self._fields:
            raise Invalid.at(f"{pointer}/field", "unknown_field", hint=nearest(str(name), self._fields))
        kind, operators = self._spec(name, name)
        if operator not in operators:
            raise Invalid.at(f"{pointer}/op", "unknown_operator", operators=", ".join(operators))
        if len(self.values) >= LEAVES:
            raise Invalid.at(pointer, "too_many", limit=LEAVES)
        try:
            accepted = self._accepted(kind, operator, value)
        except READ_ERRORS as error:
            raise Invalid.at(f"{pointer}/value", "invalid_value", expected=kind.expected) from error
        return self._leaf(name, operator, accepted)

    def _accepted(self, kind: Kind, operator: str, value: Any) -> Any:
        if operator == "is_null":
            return Flag().accept(value)
        if operator not in ("in", "nin", "between"):
            return kind.accept(value)
        if not isinstance(value, list):
            raise ValueError  # noqa: TRY004  the same
        return self._several(operator, [kind.accept(item) for item in value])


def _demand_leaf(given: Mapping[str, Any], pointer: str) -> None:
    keys = ("field", "op", "value")
    for key in given:
        if key not in keys:
            hint = nearest(key, ("and", "or", "not", *keys))
            raise Invalid.at(f"{pointer}/{key}", "unknown_field", hint=hint)
    for key in keys:
        if key not in given:
            raise Invalid.at(f"{pointer}/{key}", "required")


def nearest(name: str, known: Any) -> str:
    """A hint naming the closest known name, or nothing."""
    close = get_close_matches(name, list(known), n=1)
    return f" → {close[0]}" if close else ""


def unknown_parameter(name: str, known: Any) -> Problem:
    """The refusal of a query parameter that nobody declared."""
    return bad_parameter(name, "unknown_parameter", hint=nearest(name.partition("[")[0], known))


def _root(name: str) -> str:
    return "external_ids" if name == "external_id" else name.partition(".")[0]


def _sql(resource: Resource, rows: Alias, node: Leaf | Branch) -> ColumnElement[bool]:
    if isinstance(node, Branch):
        inner = [_sql(resource, rows, child) for child in node.nodes]
        # what is unknown because a field is absent does not hold: then its negation does
        if node.joint == "not":
            return not_(func.coalesce(inner[0], False))
        return and_(*inner) if node.joint == "and" else or_(*inner)
    column_name, kind = resource.filters.get(node.field) or (
        "",
        kind_of(table(resource.model).columns[node.field]),
    )
    if isinstance(kind, ExternalIds):
        return _by_external_id(resource, rows, node)
    return _compare(rows, node, column_name, kind)


def _compare(rows: Alias, node: Leaf, column_name: str, kind: Kind) -> ColumnElement[bool]:
    column = rows.c[column_name]
    value_type = Micros().type() if isinstance(kind, MoneyKind) else kind.type()
    value = bindparam(f"f{node.first}", type_=value_type)
    present = rows.c[node.field] if isinstance(kind, MoneyKind) else column
    match node.operator:
        case "is_null":
            return present.is_(None) == bindparam(f"f{node.first}")
        case "in" | "nin":
            listed = column == func.any(bindparam(f"f{node.first}", type_=ARRAY(value_type)))
            found = listed if node.operator == "in" else func.coalesce(not_(listed), True)
        case "between":
            found = column.between(value, bindparam(f"f{node.first + 1}", type_=value_type))
        case "contains":
            found = func.strpos(func.lower(column), func.lower(value)) > 0
        case "starts_with":
            found = func.starts_with(func.lower(column), func.lower(value))
        case "ne":
            found = column.is_distinct_from(value)
        case _:
            found = column.op(SIGNS[node.operator], is_comparison=True)(value)
    # the comparable form of an absent amount is the greatest number: it must not count as one
    return (
        and_(found, present.is_not(None))
        if isinstance(kind, MoneyKind) and node.operator in ("gt", "gte")
        else found
    )


def _by_external_id(resource: Resource, rows: Alias, node: Leaf) -> ColumnElement[bool]:
    """The ids are looked up first and once; a planner without statistics would do it for every row of a join."""
    links = scoped(ExternalId, "links")
    asked = bindparam(f"f{node.first}", type_=ARRAY(Text) if node.operator == "in" else Text)
    pair = (
        func.unnest(asked).table_valued("pair", name="asked").render_derived().c.pair
        if node.operator == "in"
        else asked
    )
    found = select(links.c.record_id).where(
        links.c.resource == bindparam("link_resource", resource.name, type_=Text),
        links.c.source == func.split_part(pair, ":", 1),
        links.c.key == func.substr(pair, func.strpos(pair, ":") + 1),
    )
    return rows.c.id == func.any(func.array(found.scalar_subquery(), type_=ARRAY(Uuid(as_uuid=False))))
