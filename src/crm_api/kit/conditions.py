"""What a filter compares, and how, as SQL.

Two-valued: an operator holds or it does not. What is unknown (an absent value; a neighbour that is absent or out of
the caller's reach) holds for no operator, and therefore for every negation: `ne`, `nin`, `not`, `is_null=true`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Text, Uuid, and_, func, literal, not_, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam
from sqlalchemy.types import TypeEngine

from crm_api.kit.access import Scope
from crm_api.kit.events import ExternalId
from crm_api.kit.inner_kinds import Micros
from crm_api.kit.kinds import Kind, MoneyKind
from crm_api.kit.lists import ExternalIds, ListKind
from crm_api.kit.relations import Relation
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped

SIGNS = {"eq": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
# two edges: (of the lower, of the upper)
RANGES = {"between": ("gte", "lte"), "during": ("gte", "lt"), "within": ("gt", "lte")}


class Ranked(NamedTuple):
    """The values of a field in their order: rows that have one, with the record and the key they are sorted by."""

    rows: Alias
    record_id: ColumnElement[Any]
    key: ColumnElement[Any]
    of_field: ColumnElement[bool]


class Field(ABC):
    """Something a filter can name; part of the key of a statement, so equal fields make equal SQL.

    The columns of a resource and of its neighbours are fields. A company's own fields join them by name through
    `Principal.catalogue` (`custom_fields.tier`): a subclass says with `holds` and `present` how a value is looked up,
    is equal and hashable by what shapes its SQL alone, and returns what differs between companies (the id of the
    field) from `values`, as binds whose names end in the number of the condition.
    """

    def __init__(self, name: str, kind: Kind, operators: tuple[str, ...]) -> None:
        self.name, self.kind, self.operators = name, kind, operators

    def values(self, first: int | str) -> Mapping[str, Any]:  # noqa: ARG002  for subclasses
        """Values that the condition numbered `first` is bound to besides `f<first>…`."""
        return {}

    @abstractmethod
    def present(self, rows: Alias, first: int) -> ColumnElement[bool]:
        """Whether a row has a value."""

    def ranked(self) -> Ranked | None:
        """What lists are sorted by, of a company's own field (bound as `values("sorted")`); None for no order."""
        return None

    @abstractmethod
    def holds(self, rows: Alias, operator: str, first: int) -> ColumnElement[bool]:
        """`eq in lt lte gt gte between during within contains starts_with has_any has_all` against `f<first>…`."""


class Leaf(NamedTuple):
    """One condition; its values are bound as `f<first>…`."""

    field: Field
    operator: str
    first: int
    negated: bool = False


class Branch(NamedTuple):
    """`and`, `or` or `not` over conditions."""

    joint: str
    nodes: tuple[Any, ...]


def condition(rows: Alias, node: Leaf | Branch) -> ColumnElement[bool]:
    """A node over the rows of a resource."""
    if isinstance(node, Branch):
        inner = [condition(rows, child) for child in node.nodes]
        if node.joint == "not":
            return _not(inner[0])
        return and_(*inner) if node.joint == "and" else or_(*inner)
    field = node.field
    found = (
        field.present(rows, node.first)
        if node.operator == "present"
        else field.holds(rows, node.operator, node.first)
    )
    return _not(found) if node.negated else found


def compare(
    column: ColumnElement[Any], kind: TypeEngine[Any], operator: str, first: int
) -> ColumnElement[bool]:
    """A column against bound values of its type."""
    value = bindparam(f"f{first}", type_=kind)
    match operator:
        case "in":
            return column == func.any(bindparam(f"f{first}", type_=ARRAY(kind)))
        case "between" | "during" | "within":
            low, high = RANGES[operator]
            upper = bindparam(f"f{first + 1}", type_=kind)
            return and_(_sign(column, low, value), _sign(column, high, upper))
        case "contains":
            return func.strpos(func.lower(column), func.lower(value)) > literal(0)
        case "starts_with":
            return func.starts_with(func.lower(column), func.lower(value))
        case _:
            return _sign(column, operator, value)


class ColumnField(Field):
    """A column."""

    def __init__(self, name: str, kind: Kind, operators: tuple[str, ...], column: str) -> None:
        super().__init__(name, kind, operators)
        self.column = column

    def present(self, rows: Alias, first: int) -> ColumnElement[bool]:  # noqa: ARG002  a column needs no bind
        return rows.c[self.column].is_not(None)

    def holds(self, rows: Alias, operator: str, first: int) -> ColumnElement[bool]:
        return compare(rows.c[self.column], self.kind.type(), operator, first)


class MoneyField(ColumnField):
    """An amount; the comparable form of an absent one is the greatest number, which must not count as one."""

    def present(self, rows: Alias, first: int) -> ColumnElement[bool]:  # noqa: ARG002  a column needs no bind
        return rows.c[self.name].is_not(None)

    def holds(self, rows: Alias, operator: str, first: int) -> ColumnElement[bool]:
        found = compare(rows.c[self.column], Micros().type(), operator, first)
        return and_(found, self.present(rows, first)) if operator in ("gt", "gte") else found


class ListField(ColumnField):
    """A list, by the values in it."""

    kind: ListKind

    def present(self, rows: Alias, first: int) -> ColumnElement[bool]:  # noqa: ARG002  a column needs no bind
        return func.jsonb_array_length(rows.c[self.column]) > literal(0)

    def holds(self, rows: Alias, operator: str, first: int) -> ColumnElement[bool]:
        values, asked = self.kind.values(rows.c[self.column]), bindparam(f"f{first}", type_=ARRAY(Text))
        return values.op("?|" if operator == "has_any" else "?&", is_comparison=True)(asked)


class ExternalIdField(ListField):
    """The keys of other systems, through their table."""

    def __init__(self, resource: Resource) -> None:
        kind = resource.fields["external_ids"]
        super().__init__("external_id", kind, kind.operators, "external_ids")
        self._resource = resource.name

    def holds(self, rows: Alias, operator: str, first: int) -> ColumnElement[bool]:
        """The ids are looked up first and once; a planner without statistics would do it for every row of a join."""
        links = scoped(ExternalId, "links")
        name = f"f{first}"
        asked = bindparam(name, type_=Text if operator == "eq" else ARRAY(Text))
        pair = (
            asked
            if operator == "eq"
            else func.unnest(asked).table_valued("pair", name="asked").render_derived().c.pair
        )
        found = select(links.c.record_id).where(
            links.c.resource == bindparam(f"linked_{self._resource}", self._resource, type_=Text),
            links.c.source == func.split_part(pair, ":", literal(1)),
            links.c.key == func.substr(pair, func.strpos(pair, ":") + literal(1)),
        )
        if operator == "has_all":
            found = found.group_by(links.c.record_id).having(func.count() == func.cardinality(asked))
        return rows.c.id == func.any(func.array(found.scalar_subquery(), type_=ARRAY(Uuid(as_uuid=False))))


class NeighbourField(Field):
    """A field of the record that a reference leads to, within the caller's reach there."""

    def __init__(self, relation: Relation, field: Field, scope: Scope) -> None:
        operators = field.operators if "is_null" in field.operators else (*field.operators, "is_null")
        super().__init__(f"{relation.name}.{field.name}", field.kind, operators)
        self._relation, self._field, self._scope = relation, field, scope

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NeighbourField) and self._shape() == other._shape()

    def __hash__(self) -> int:
        return hash(self._shape())

    def _shape(self) -> tuple[Any, ...]:
        return self._relation, self._field, self._scope

    def values(self, first: int | str) -> Mapping[str, Any]:
        return self._field.values(first)

    def present(self, rows: Alias, first: int) -> ColumnElement[bool]:
        near = self._relation.rows()
        return self._reached(rows, near, self._field.present(near, first))

    def holds(self, rows: Alias, operator: str, first: int) -> ColumnElement[bool]:
        near = self._relation.rows()
        return self._reached(rows, near, self._field.holds(near, operator, first))

    def _reached(self, rows: Alias, near: Alias, found: ColumnElement[bool]) -> ColumnElement[bool]:
        joined = self._relation.joined(rows, near, self._scope)
        return select(near.c.id).where(joined, found).correlate(rows).exists()


@cache
def own_fields(resource: Resource) -> dict[str, Field]:
    """Parameter name → field, for the columns of a resource."""
    return {name: _own_field(resource, name, *found) for name, found in resource.filters.items()}


def _own_field(resource: Resource, name: str, column: str, kind: Kind) -> Field:
    if isinstance(kind, ExternalIds):
        return ExternalIdField(resource)
    absent = resource.nullable(name if name in resource.columns else column)
    operators = (*kind.operators, "is_null") if absent and "is_null" not in kind.operators else kind.operators
    make = (
        MoneyField
        if isinstance(kind, MoneyKind)
        else ListField
        if isinstance(kind, ListKind)
        else ColumnField
    )
    return make(name, kind, operators, column)


def _sign(column: ColumnElement[Any], operator: str, value: ColumnElement[Any]) -> ColumnElement[bool]:
    return column.op(SIGNS[operator], is_comparison=True)(value)


def _not(found: ColumnElement[bool]) -> ColumnElement[bool]:
    return not_(func.coalesce(found, literal(False)))
