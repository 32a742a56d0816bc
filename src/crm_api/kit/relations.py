"""Neighbours of a record: `customer` is what `customer_id` leads to, `owner` the user behind `owner_id`.

A neighbour is read with the caller's own reach and field rights for its resource.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Uuid, and_
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.kit.access import Scope
from crm_api.kit.principal import Principal
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped


class Relation(NamedTuple):
    """From the field that holds an id to the resource whose record it names."""

    name: str
    field: str
    target: Resource

    def rows(self, name: str = "near") -> Alias:
        """The neighbours, as a FROM element."""
        return scoped(self.target.model, name)

    def joined(self, rows: Any, near: Alias, scope: Scope) -> ColumnElement[bool]:
        """Whether `near` is the neighbour of `rows` and the caller may see it."""
        teams = bindparam(teams_of(self.target), type_=ARRAY(Uuid(as_uuid=False)))
        allowed = self.target.access.predicate(near, scope, self.target.name, teams)
        return and_(near.c.id == rows.c[self.field], allowed, *self.target.alive(near))

    def scope(self, principal: Principal) -> Scope:
        """How far the caller reaches among the neighbours."""
        return self.target.access.scope(principal, principal.reach(self.target.read), self.target.name)


@cache
def relations(resource: Resource) -> dict[str, Relation]:
    """The relations of a resource by name: references called `<name>_id`. Known once every resource is bound."""
    return {
        name: Relation(name, field, RESOURCES[target])
        for name, (field, target) in resource.neighbours.items()
    }


def teams_of(target: Resource) -> str:
    """The bind that holds the teams whose rows the caller reaches among neighbours of a kind."""
    return f"teams_{target.name}"


def neighbour_values(principal: Principal, targets: Iterable[Resource]) -> dict[str, Any]:
    """What the conditions of neighbours are bound to."""
    return {teams_of(target): principal.teams(principal.reach(target.read)) for target in targets}
