"""Wall one: every statement carries the tenant.

`scoped(Model)` is the only way to name a tenant's table in a statement; it stands for the caller's rows of the table
wherever it is used: in FROM, in the ON of an outer join, in a subquery. The compiler refuses a statement that names a
tenant's table in any other way, one that moves a row to another tenant, and one that holds SQL as text: clauses,
literal columns, hints, operators in words, functions that run a query or set the tenant.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Delete, Insert, Select, Update, delete, insert, update
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg, PGDialect_asyncpg
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, BindParameter, bindparam
from sqlalchemy.sql.schema import Table
from sqlalchemy.types import Boolean, Uuid

from crm_api.kit.db import Base, table

TENANT: BindParameter[str] = bindparam("tenant")
_LITERAL = re.compile(r"\*|\d+|'[^'\\]*'")
_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|?]+")
_FUNCTION = re.compile(
    r"(?!set_config$|dblink|query_to_|cursor_to_|table_to_|schema_to_|database_to_)[a-z_][a-z0-9_]*"
)


class UnscopedStatement(Exception):
    """A statement that could see or change rows of another tenant; always a bug, never sent."""


class TenantRows(Alias):
    """The rows of one table that belong to the tenant of the transaction."""

    __visit_name__ = "tenant_rows"
    inherit_cache = False


class OfTenant(ColumnElement[bool]):
    """The tenant predicate of an UPDATE or DELETE."""

    __visit_name__ = "of_tenant"
    inherit_cache = False
    type = Boolean()

    def __init__(self, target: Table) -> None:
        self.target = target


def scoped(model: type[Base], name: str | None = None) -> Alias:
    """The tenant's rows of a model, as a FROM element; columns are at `.c`."""
    return TenantRows._construct(table(model), name=name or f"{table(model).name}_")


def scoped_update(model: type[Base]) -> Update:
    """UPDATE of the tenant's rows of a model."""
    return update(table(model)).where(OfTenant(table(model)))


def scoped_delete(model: type[Base]) -> Delete:
    """DELETE of the tenant's rows of a model."""
    return delete(table(model)).where(OfTenant(table(model)))


def scoped_insert(model: type[Base]) -> Insert:
    """INSERT into the tenant's rows of a model; name the other values, the tenant is set."""
    return insert(table(model)).values(tenant_id=bindparam("tenant", type_=table(model).c.tenant_id.type))


def scoped_insert_from(model: type[Base], names: Sequence[str], rows: Select[Any]) -> Insert:
    """INSERT of the rows of a query into the tenant's rows of a model; the tenant is set, `names` are the others."""
    tenant = bindparam("tenant", type_=table(model).c.tenant_id.type)
    whole = rows.with_only_columns(tenant, *rows.selected_columns)
    return insert(table(model)).from_select(["tenant_id", *names], whole)


def is_open(target: object) -> bool:
    """Tables without tenant rows: those on the short reviewed list carry `info={"open": reason}`."""
    return (
        isinstance(target, Table)
        and "open" in target.info
        and Base.metadata.tables.get(target.name) is target
    )


class TenantCompiler(PGCompiler_asyncpg):
    """Renders the wall, and refuses what goes around it."""

    def of_tenant(self, target: str) -> str:
        """`tenant_id = $n` for one table or alias."""
        return f"{target}.tenant_id = {self.process(bindparam('tenant', type_=_UUID))}"

    def visit_tenant_rows(self, rows: TenantRows, asfrom: bool = False, **_: Any) -> str:
        name = self.preparer.quote(str(rows.name))
        if not asfrom:
            return name
        target = self.preparer.format_table(rows.element)
        return f"(SELECT * FROM {target} WHERE {self.of_tenant(target)}) AS {name}"

    def visit_of_tenant(self, predicate: OfTenant, **_: Any) -> str:
        return self.of_tenant(self.preparer.format_table(predicate.target))

    def visit_table(
        self, table: Any, asfrom: bool = False, iscrud: bool = False, *positional: Any, **options: Any
    ) -> str:
        if asfrom and not iscrud and not is_open(table):
            raise UnscopedStatement(f"{table.name} is named without its tenant")
        return str(super().visit_table(table, asfrom, iscrud, *positional, **options))  # type: ignore[no-untyped-call]

    def visit_update(self, update_stmt: Update, *positional: Any, **options: Any) -> str:
        self._demand_predicate(update_stmt)
        self._refuse_moving(update_stmt, update_stmt._values)
        return str(super().visit_update(update_stmt, *positional, **options))

    def visit_delete(self, delete_stmt: Delete, *positional: Any, **options: Any) -> str:
        self._demand_predicate(delete_stmt)
        return str(super().visit_delete(delete_stmt, *positional, **options))  # type: ignore[no-untyped-call]

    def visit_insert(self, insert_stmt: Insert, *positional: Any, **options: Any) -> str:
        given = None if is_open(insert_stmt.table) else _written(insert_stmt)
        if given is not None and not any(
            getattr(key, "name", key) == "tenant_id" and getattr(value, "key", None) == "tenant"
            for key, value in given.items()
        ):
            raise UnscopedStatement(f"INSERT into {insert_stmt.table} without its tenant")
        conflict = getattr(insert_stmt, "_post_values_clause", None)
        self._refuse_moving(insert_stmt, getattr(conflict, "update_values_to_set", None))
        return str(super().visit_insert(insert_stmt, *positional, **options))  # type: ignore[no-untyped-call]

    def visit_textclause(self, *_: Any, **__: Any) -> str:
        raise UnscopedStatement("literal SQL cannot be checked for its tenant")

    def visit_column(self, column: Any, *positional: Any, **options: Any) -> str:
        _demand(_LITERAL, column.name if column.is_literal else "*")
        return str(super().visit_column(column, *positional, **options))

    def visit_custom_op_binary(self, element: Any, operator: Any, **options: Any) -> str:
        _demand(_OPERATOR, operator.opstring)
        return str(super().visit_custom_op_binary(element, operator, **options))  # type: ignore[no-untyped-call]

    def visit_custom_op_unary_operator(self, element: Any, operator: Any, **options: Any) -> str:
        _demand(_OPERATOR, operator.opstring)
        return str(super().visit_custom_op_unary_operator(element, operator, **options))  # type: ignore[no-untyped-call]

    def visit_custom_op_unary_modifier(self, element: Any, operator: Any, **options: Any) -> str:
        _demand(_OPERATOR, operator.opstring)
        return str(super().visit_custom_op_unary_modifier(element, operator, **options))  # type: ignore[no-untyped-call]

    def visit_function(self, func: Any, *positional: Any, **options: Any) -> str:
        for name in (*func.packagenames, func.name):
            _demand(_FUNCTION, name)
        return str(super().visit_function(func, *positional, **options))

    def visit_extract(self, extract: Any, **options: Any) -> str:
        _demand(_FUNCTION, extract.field)
        return str(super().visit_extract(extract, **options))  # type: ignore[no-untyped-call]

    def get_statement_hint_text(self, _: Any) -> str:
        raise UnscopedStatement("literal SQL cannot be checked for its tenant")

    def _refuse_moving(self, statement: Any, values: Any) -> None:
        names = {getattr(key, "name", key) for key in values or ()}
        if "tenant_id" in names and not is_open(statement.table):
            raise UnscopedStatement(f"a row of {statement.table} would move to another tenant")

    def _demand_predicate(self, statement: Update | Delete) -> None:
        if not is_open(statement.table) and not any(
            isinstance(criterion, OfTenant) and criterion.target is statement.table
            for criterion in statement._where_criteria
        ):
            raise UnscopedStatement(f"{statement.table} is changed without its tenant")


def _demand(pattern: re.Pattern[str], name: str) -> None:
    if not pattern.fullmatch(name):
        raise UnscopedStatement(f"{name!r} could name a table that is not checked for its tenant")


def _written(statement: Insert) -> Mapping[Any, Any]:
    """Column → what is written into it, for VALUES and for the rows of a query alike."""
    if statement.select is None:
        return statement._values or {}
    columns = getattr(statement.select, "_raw_columns", ())
    return dict(zip(getattr(statement, "_select_names", None) or (), columns, strict=False))


class TenantDialect(PGDialect_asyncpg):
    """PostgreSQL over asyncpg, compiled with the wall."""

    statement_compiler: Any = TenantCompiler
    supports_statement_cache = False


_UUID = Uuid(as_uuid=False)
DIALECT = TenantDialect()  # type: ignore[no-untyped-call]
