"""What the database refuses, as problems: constraints are known by name, and a name says which field it guards."""

from typing import Any

import asyncpg
from sqlalchemy import ARRAY, Index, Select, Text, Uuid, func, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam
from sqlalchemy.sql.schema import ColumnCollectionConstraint

from crm_api.kit.access import access_values
from crm_api.kit.db import Base, table
from crm_api.kit.errors import Conflict, Fault, Invalid, Problem, Unavailable
from crm_api.kit.events import ExternalId
from crm_api.kit.references import visible_ids
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.rules import RULES, Rule
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

UNREACHABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.TooManyConnectionsError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    OSError,
    TimeoutError,
)
# what may befall one record of many without ending the others
REFUSALS = (Problem, asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError)
EXTERNAL_IDS = "external_ids_key"
RETRIED = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
OUTDATED = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)


def database_problem(error: Exception) -> Problem | None:
    """The problem a driver error stands for, or None when it is a defect of ours."""
    match error:
        case asyncpg.UniqueViolationError():
            return _duplicate(error.constraint_name or "")
        case asyncpg.ForeignKeyViolationError():
            return Conflict("in_use")
        case asyncpg.IntegrityConstraintViolationError() | asyncpg.RaiseError():
            return Conflict()
        case asyncpg.DataError() if isinstance(error, asyncpg.PostgresError):
            return Invalid("validation_failed")
        case _ if isinstance(error, (*UNREACHABLE, *RETRIED, *OUTDATED)):
            return Unavailable()
    return None


def _duplicate(constraint: str) -> Conflict:
    fields = unique_fields(constraint)
    if fields == ("id",):
        return Conflict("id_taken", faults=[Fault("pointer", "/id", "id_taken")])
    return Conflict("duplicate", faults=[Fault("pointer", f"/{name}", "duplicate") for name in fields])


def unique_fields(constraint: str) -> tuple[str, ...]:
    """The fields that a unique constraint or index guards, the tenant left out."""
    if constraint == EXTERNAL_IDS:
        return ("external_ids",)
    for mapped in Base.registry.mappers:
        target = table(mapped.class_)
        if constraint == f"{target.name}_pkey":
            return ("id",)
        guards: list[Index | ColumnCollectionConstraint] = [*target.indexes]
        guards += [found for found in target.constraints if isinstance(found, ColumnCollectionConstraint)]
        for guard in guards:
            if guard.name == constraint:
                return tuple(column.key for column in guard.columns if column.key != "tenant_id")
    return ()


async def as_problem(unit: UnitOfWork, error: Exception) -> Problem:
    """What one part of a unit met, undone to its savepoint; a defect of ours is raised again."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, asyncpg.UniqueViolationError):
        return await name_the_other(unit, error)
    found = database_problem(error)
    if found is None:
        raise error
    return found


async def name_the_other(unit: UnitOfWork, error: asyncpg.UniqueViolationError) -> Problem:
    """A duplicate, naming the live record that already holds the value if the caller can see it.

    Asked in a transaction of its own when the one of `unit` has ended with the failure.
    """
    constraint = error.constraint_name or ""
    fields, row = unique_fields(constraint), unit.writing
    resource = next((found for found in RESOURCES.values() if row.__class__ is found.model), None)
    rule = next((found for found in RULES if found.constraint == constraint), None)
    if resource is not None and rule is not None:
        return await _broken_rule(unit, rule, resource, row)
    if resource is None or len(fields) != 1 or not _guards(constraint, resource):
        return _duplicate(constraint)
    asking = unit if unit.is_open else unit.again(resource.read)
    try:
        found = await _holders(asking, resource, fields[0], row)
    finally:
        if asking is not unit:
            await asking.close()
    faults = [Fault("pointer", f"/{fields[0]}", "duplicate")]
    return Conflict("duplicate", faults=faults, extra={"duplicates": found})


async def _broken_rule(unit: UnitOfWork, rule: Rule, resource: Resource, row: Any) -> Conflict:
    asking = unit if unit.is_open else unit.again(resource.read)
    try:
        held = await rule.holders(asking, resource, row)
        seen = await visible_ids(asking, resource, {record_id for _, record_id in held}) if held else set()
    finally:
        if asking is not unit:
            await asking.close()
    names = sorted({name for name, _ in held})
    found = [{"id": record_id, "field": name} for name, record_id in held if record_id in seen]
    faults = [Fault("pointer", "/" + name.replace(".", "/"), "duplicate") for name in names]
    return Conflict("duplicate", faults=faults, extra={"duplicates": found})


def _guards(constraint: str, resource: Resource) -> bool:
    """Whether a row of the resource is what broke a constraint other than its primary key."""
    name = table(resource.model).name
    return constraint == EXTERNAL_IDS or (constraint.startswith(f"{name}_") and constraint != f"{name}_pkey")


async def _holders(uow: UnitOfWork, resource: Resource, field: str, row: Any) -> list[dict[str, str]]:
    reach = uow.principal.reach(resource.read)
    scope = resource.access.scope(uow.principal, reach, resource.name)
    value = row.__dict__[field]
    held = [f"{item['source']}:{item['key']}" for item in value] if field == "external_ids" else value

    def build() -> Select[Any]:
        rows = scoped(resource.model, "r")
        allowed = resource.access.predicate(rows, scope, resource.name)
        other = rows.c.id != bindparam("own", type_=Uuid(as_uuid=False))
        return select(rows.c.id.cast(Text)).where(
            _holding(resource, rows, field), other, allowed, *resource.alive(rows)
        )

    values = {**access_values(uow.principal, reach), "held": held, "own": row.id}
    found = await uow.fetch(("duplicate", resource.name, field, scope), build, values)
    return [{"id": record[0], "field": field} for record in found]


def _holding(resource: Resource, rows: Alias, field: str) -> ColumnElement[bool]:
    if field != "external_ids":
        return rows.c[field] == bindparam("held", type_=rows.c[field].type)
    links = scoped(ExternalId, "links")
    pair = links.c.source + ":" + links.c.key
    return rows.c.id.in_(
        select(links.c.record_id).where(
            links.c.resource == bindparam("of", resource.name, type_=Text),
            pair == func.any(bindparam("held", type_=ARRAY(Text))),
        )
    )
