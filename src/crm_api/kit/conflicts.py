"""What the database refuses, as problems: constraints are known by name, and a name says which field it guards."""

from typing import Any

import asyncpg
from sqlalchemy import Text, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.access import access_values
from crm_api.kit.db import Base, table
from crm_api.kit.errors import Conflict, Fault, Invalid, Problem, Unavailable
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
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
    if constraint == "external_ids_key":
        return ("external_ids",)
    for mapped in Base.registry.mappers:
        target = table(mapped.class_)
        if constraint == f"{target.name}_pkey":
            return ("id",)
        for found in (*target.indexes, *target.constraints):
            if found.name == constraint:
                return tuple(column.key for column in found.columns if column.key != "tenant_id")  # type: ignore[union-attr]
    return ()


async def name_duplicate(uow: UnitOfWork, resource: Resource, field: str, value: Any) -> list[dict[str, str]]:
    """The live record that already holds a value, if the caller can see it."""
    reach = uow.principal.reach(resource.read)
    scope = resource.access.scope(uow.principal, reach, resource.name)

    def build() -> Any:
        rows = scoped(resource.model, "r")
        allowed = resource.access.predicate(rows, scope, resource.name)
        held = rows.c[field] == bindparam("held", type_=rows.c[field].type)
        return select(rows.c.id.cast(Text)).where(held, allowed, *resource.alive(rows))

    found = await uow.fetch(
        ("duplicate", resource.name, field, scope),
        build,
        {**access_values(uow.principal, reach), "held": value},
    )
    return [{"id": row[0], "field": field} for row in found]


def resource_of(constraint: str) -> Resource | None:
    """The resource whose table carries a constraint."""
    found = [r for r in RESOURCES.values() if constraint.startswith(f"{table(r.model).name}_")]
    return max(found, key=lambda r: len(r.name), default=None)
