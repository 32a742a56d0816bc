"""What a user has in hand when they change team or leave: the live open rows of every owned resource."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Select, Text, Uuid, any_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.dml import ReturningUpdate, Update
from sqlalchemy.sql.expression import bindparam

from crm_api.kit import effects
from crm_api.kit.db import table
from crm_api.kit.effects import insert_of
from crm_api.kit.events import OwnershipPeriod
from crm_api.kit.ids import new_id
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped, scoped_update
from crm_api.kit.uow import UnitOfWork

_OWNER = bindparam("owner", type_=Uuid(as_uuid=False))
_TEAM = bindparam("team", type_=Uuid(as_uuid=False))
_RECORDS = bindparam("records", type_=ARRAY(Uuid(as_uuid=False)))


async def count_open_rows(uow: UnitOfWork, owner_id: str) -> dict[str, int]:
    """How many live open rows a user owns, by the name of the resource; those without any are left out."""
    found = {}
    for resource in _owned():
        shape = ("open rows", resource.name)
        rows = await uow.fetch(shape, partial(_count, resource), {"owner": owner_id})
        if rows[0][0]:
            found[resource.name] = rows[0][0]
    return found


async def restamp_open_rows(uow: UnitOfWork, owner_id: str, team_id: str | None, at: datetime) -> None:
    """Live open rows of a user count for another team from now on; closed ones keep the one they had.

    Each changes, and says so: `<singular>.restamped`, with its version counted on.
    """
    wanted = {"owner": owner_id, "team": team_id}
    for resource in _owned():
        moving = await uow.fetch(("moving rows", resource.name), partial(_moving, resource), wanted)
        if moving:
            former = {row[0]: row[1] for row in moving}
            stamps = {"records": list(former), "at": at, "by": uow.principal.id}
            rows = await uow.fetch(
                ("restamp", resource.name), partial(_restamp, resource), {**wanted, **stamps}
            )
            moved = [
                resource.model.new(id=row[0], version=row[1], owner_id=owner_id, team_id=team_id)
                for row in rows
            ]
            tell = [(row, {"team_id": {"from": former[row.__dict__["id"]], "to": team_id}}) for row in moved]
            await effects.events(uow, resource, "restamped", tell, at)
            await _change_periods(uow, resource, list(former), {"owner_id": owner_id, "team_id": team_id}, at)


async def _change_periods(
    uow: UnitOfWork, resource: Resource, ids: list[str], owner: dict[str, Any], at: datetime
) -> None:
    await uow.fetch("end periods", _end_periods, {"of": resource.name, "records": ids, "at": at})
    begun = [
        {"id": new_id(), "resource": resource.name, "record_id": record_id, **owner, "started_at": at}
        for record_id in ids
    ]
    await uow.many(
        "begin periods",
        lambda: insert_of(OwnershipPeriod),
        [{**period, "ended_at": None} for period in begun],
    )


def _owned() -> list[Resource]:
    return [found for found in RESOURCES.values() if found.access.owned and found.open_when is not None]


def _open(resource: Resource, columns: Any) -> list[ColumnElement[bool]]:
    alive = [columns.deleted_at.is_(None)] if resource.deletable else []
    return [
        columns.owner_id == _OWNER,
        *alive,
        *(or_(*(columns[k] == v for v in values)) for k, values in (resource.open_when or {}).items()),
    ]


def _count(resource: Resource) -> Select[Any]:
    rows = scoped(resource.model, "r")
    return select(func.count()).select_from(rows).where(*_open(resource, rows.c))


def _moving(resource: Resource) -> Select[Any]:
    rows = scoped(resource.model, "r")
    columns: list[Any] = [cast(rows.c.id, Text), cast(rows.c.team_id, Text)]
    return (
        select(*columns)
        .where(*_open(resource, rows.c), rows.c.team_id.is_distinct_from(_TEAM))
        .with_for_update(key_share=True, of=rows)
    )


def _restamp(resource: Resource) -> ReturningUpdate[Any]:
    columns = table(resource.model).c
    changed = scoped_update(resource.model).where(columns.id == any_(_RECORDS))
    stamps = {
        "team_id": _TEAM,
        "version": columns.version + 1,
        "updated_at": bindparam("at", type_=columns.updated_at.type),
        "updated_by": bindparam("by", type_=columns.updated_by.type),
    }
    return changed.values(stamps).returning(cast(columns.id, Text), columns.version)


def _end_periods() -> Update:
    periods = table(OwnershipPeriod).c
    return (
        scoped_update(OwnershipPeriod)
        .where(
            periods.resource == bindparam("of", type_=Text),
            periods.record_id == any_(_RECORDS),
            periods.ended_at.is_(None),
        )
        .values(ended_at=bindparam("at", type_=periods.ended_at.type))
    )
