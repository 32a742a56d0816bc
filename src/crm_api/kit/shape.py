"""What of a record is asked for: `fields=id,name,owner.name` and `expand=owner,customer.owner`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from crm_api.kit.access import Scope
from crm_api.kit.errors import BadRequest, bad_parameter
from crm_api.kit.filters import nearest
from crm_api.kit.principal import Principal
from crm_api.kit.relations import Relation, relations
from crm_api.kit.resource import Resource

DEPTH, PATHS, FIELDS = 2, 5, 100
CUSTOM = "custom_fields"


class Shape(NamedTuple):
    """The fields of a record (None: all), the keys of its custom fields (empty: all), and the neighbours beside it."""

    fields: frozenset[str] | None = None
    custom: frozenset[str] = frozenset()
    neighbours: tuple["Neighbour", ...] = ()

    @property
    def is_full(self) -> bool:
        """Whether it is the whole record and nothing else: what an entity tag can stand for."""
        return self == FULL

    def targets(self) -> set[Resource]:
        """The resources of all neighbours."""
        near = [found.shape.targets() | {found.relation.target} for found in self.neighbours]
        return set().union(*near)


class Neighbour(NamedTuple):
    """The record behind a reference, as far as the caller reaches there."""

    relation: Relation
    scope: Scope
    shape: Shape


FULL = Shape()


def shape_of(
    resource: Resource, principal: Principal, fields: Sequence[str] | None, expand: Sequence[str] | None
) -> Shape:
    """The shape of a request; an unknown name is a BadRequest that tells the nearest one.

    Neighbours are at most two steps away and at most five. Naming fields of a neighbour expands it with them alone.
    """
    if fields is None and expand is None:
        return FULL
    asked = _Asked(resource, principal)
    for path in expand or ():
        asked.expand(path)
    if fields is not None and len(fields) > FIELDS:
        raise bad_parameter("fields", "too_many", limit=FIELDS)
    for name in fields or ():
        asked.field(name, name)
    if fields is not None:
        asked.demand_fields()
    if asked.count() > PATHS:
        raise bad_parameter("expand" if expand else "fields", "too_many", limit=PATHS)
    return asked.shape()


@dataclass
class _Asked:
    """What is gathered of one record while names are read."""

    resource: Resource
    principal: Principal
    depth: int = 0
    fields: set[str] | None = None
    custom: set[str] = field(default_factory=set)
    all_custom: bool = False
    near: dict[str, "_Asked"] = field(default_factory=dict)

    def expand(self, path: str) -> None:
        """`customer.owner` shows the customer, and its owner in it."""
        at = self
        for name in path.split("."):
            found = at.neighbour(name, "expand")
            if found is None:
                raise self._unknown("expand", path, name, at._relations())
            at = found

    def field(self, name: str, path: str) -> None:
        """A field of this record or of a neighbour."""
        first, _, rest = name.partition(".")
        if not rest and name in self._shown():
            self.demand_fields().add(name)
            self.all_custom = self.all_custom or name == CUSTOM
        elif (
            first == CUSTOM
            and "." not in rest
            and name in self.principal.catalogue.get(self.resource.name, ())
        ):
            self.demand_fields().add(CUSTOM)
            self.custom.add(rest)
        else:
            found = self.neighbour(first, "fields") if rest else None
            if found is None:
                known = [*self._shown(), *(f"{near}.id" for near in self._relations())]
                raise self._unknown("fields", path, name, known)
            found.demand_fields()
            found.field(rest, path)

    def neighbour(self, name: str, parameter: str) -> "_Asked | None":
        """The neighbour of a name; BadRequest when it is more than two steps away."""
        if name not in self._relations():
            return None
        if self.depth == DEPTH:
            raise bad_parameter(parameter, "too_far", limit=DEPTH)
        if name not in self.near:
            self.near[name] = _Asked(relations(self.resource)[name].target, self.principal, self.depth + 1)
        return self.near[name]

    def demand_fields(self) -> set[str]:
        """Show no more than what is named."""
        if self.fields is None:
            self.fields = set()
        return self.fields

    def count(self) -> int:
        return sum(1 + near.count() for near in self.near.values())

    def shape(self) -> Shape:
        found = []
        for name in sorted(self.near):
            relation = relations(self.resource)[name]
            found.append(Neighbour(relation, relation.scope(self.principal), self.near[name].shape()))
        fields = None if self.fields is None else frozenset(self.fields)
        return Shape(fields, frozenset() if self.all_custom else frozenset(self.custom), tuple(found))

    def _shown(self) -> list[str]:
        return [*self.resource.fields, *(child.name for child in self.resource.children)]

    def _relations(self) -> list[str]:
        unreadable = self.principal.unreadable(self.resource.name)
        return [name for name, found in relations(self.resource).items() if found.field not in unreadable]

    def _unknown(self, parameter: str, path: str, name: str, known: Iterable[str]) -> BadRequest:
        before = path.removesuffix(name)
        hint = nearest(name, known)
        return bad_parameter(parameter, "unknown_field", hint=hint.replace("→ ", f"→ {before}"))
