"""Ids in bodies: each must name a record that the caller can see, of the kind the field asks for."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Select, Text, Uuid, func, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.access import Scope, access_values
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.events import ExternalId
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

_IDS = bindparam("ids", type_=ARRAY(Uuid(as_uuid=False)))


class Owner(NamedTuple):
    """A user who can own rows, and the team the rows count for."""

    id: str | None
    team_id: str | None


async def check_references(uow: UnitOfWork, given: Mapping[str, tuple[str, str]]) -> None:
    """Ids of a body, as pointer → (resource, id).

    One that is foreign, invisible, deleted or of another kind is the same fault: `reference_not_found`.
    """
    wanted: dict[str, set[str]] = {}
    for name, record_id in given.values():
        wanted.setdefault(name, set()).add(record_id)
    seen = {
        (name, found)
        for name, ids in wanted.items()
        for found in await visible_ids(uow, RESOURCES[name], ids)
    }
    faults = [
        Fault("pointer", pointer, "reference_not_found", {"resource": RESOURCES[name].singular})
        for pointer, (name, record_id) in given.items()
        if (name, record_id) not in seen
    ]
    if faults:
        raise Invalid(faults=faults)


async def visible_ids(uow: UnitOfWork, resource: Resource, ids: set[str]) -> set[str]:
    """Those of `ids` that the caller can read."""
    reach = uow.principal.reach(resource.read)
    scope = resource.access.scope(uow.principal, reach, resource.name)
    rows = await uow.fetch(
        ("visible", resource.name, scope),
        lambda: _visible(resource, scope),
        {**access_values(uow.principal, reach), "ids": sorted(ids)},
    )
    return {row[0] for row in rows}


async def id_by_external(uow: UnitOfWork, resource: Resource, external: Mapping[str, str]) -> str | None:
    """The id of the visible record that another system knows by this key."""
    rows = await uow.fetch("by external id", _by_external, {"of": resource.name, **external})
    found = await visible_ids(uow, resource, {str(row[0]) for row in rows}) if rows else set()
    return next(iter(found), None)


async def owner_of(uow: UnitOfWork, owner_id: str | None, pointer: str = "/owner_id") -> Owner:
    """The owner a row is given to; must be an active user, or nobody."""
    if owner_id is None:
        return Owner(None, None)
    if owner_id == uow.principal.id and uow.principal.kind == "user":
        return Owner(owner_id, uow.principal.team_id)
    rows = await uow.fetch("owner", _owner, {"owner": owner_id})
    if not rows:
        raise Invalid.at(pointer, "reference_not_found", resource="user")
    return Owner(owner_id, rows[0][0])


def _visible(resource: Resource, scope: Scope) -> Select[Any]:
    rows = scoped(resource.model, "r")
    allowed = resource.access.predicate(rows, scope, resource.name)
    return select(rows.c.id.cast(Text)).where(rows.c.id == func.any(_IDS), allowed, *resource.alive(rows))


def _by_external() -> Select[Any]:
    links = scoped(ExternalId, "links")
    return select(links.c.record_id.cast(Text)).where(
        links.c.resource == bindparam("of", type_=Text),
        links.c.source == bindparam("source", type_=Text),
        links.c.key == bindparam("key", type_=Text),
    )


def _owner() -> Select[Any]:
    users = scoped(RESOURCES["users"].model, "u")
    return select(users.c.team_id.cast(Text)).where(
        users.c.id == bindparam("owner", type_=Uuid(as_uuid=False)),
        users.c.status != "disabled",
        users.c.deleted_at.is_(None),
    )
