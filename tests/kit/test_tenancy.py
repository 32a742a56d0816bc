"""The compiler of wall one: what it renders, and every way around it that it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    MetaData,
    Table,
    Uuid,
    and_,
    bindparam,
    column,
    delete,
    exists,
    extract,
    func,
    insert,
    lateral,
    literal_column,
    not_,
    or_,
    select,
    tablesample,
    text,
    true,
    union,
    update,
)
from sqlalchemy import table as lightweight
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased
from sqlalchemy.sql import quoted_name
from sqlalchemy.sql.expression import ClauseElement

from crm_api.identity.users.models import User
from crm_api.kit.db import Base, table
from crm_api.kit.ids import new_id
from crm_api.kit.principal import Principal
from crm_api.kit.registries import RESOURCES
from crm_api.kit.statements import compiled
from crm_api.kit.tenancy import (
    OfTenant,
    UnscopedStatement,
    scoped,
    scoped_delete,
    scoped_insert,
    scoped_update,
)
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.models import Customer
from tests.factories.companies import Company

C, U = table(Customer), table(User)
S = scoped(Customer, "s")
TENANT = bindparam("tenant", type_=Uuid(as_uuid=False))

READS: dict[str, Callable[[], ClauseElement]] = {
    "an entity": lambda: select(Customer),
    "an attribute": lambda: select(Customer.name),
    "a table": lambda: select(C),
    "a predicate by hand": lambda: select(C.c.id).where(C.c.tenant_id == TENANT),
    "a column of it": lambda: select(C.c.id),
    "a count": lambda: select(func.count()).select_from(C),
    "a whole row": lambda: select(func.row_to_json(C.table_valued())),
    "a join": lambda: select(S.c.id).join(C, C.c.id == S.c.id),
    "an outer join by hand": lambda: select(S.c.id).outerjoin(
        C, and_(C.c.id == S.c.id, C.c.tenant_id == TENANT)
    ),
    "a where": lambda: select(S.c.id).where(S.c.owner_id == U.c.id),
    "a subquery": lambda: select(select(C.c.id).subquery()),
    "a scalar subquery": lambda: select(S.c.id, select(C.c.name).limit(1).scalar_subquery()),
    "a correlated subquery": lambda: select(S.c.id, select(C.c.name).correlate(C).scalar_subquery()),
    "an IN": lambda: select(S.c.id).where(S.c.id.in_(select(C.c.id))),
    "an EXISTS": lambda: select(S.c.id).where(exists().where(C.c.id == S.c.id)),
    "a CTE": lambda: select(select(C.c.id).cte("x").c.id),
    "a union": lambda: union(select(S.c.id), select(C.c.id)),
    "a lateral": lambda: select(S.c.id).join(lateral(select(C.c.id)), true()),
    "a sample": lambda: select(tablesample(C, 5)),
    "an alias": lambda: select(C.alias("a")),
    "an aliased entity": lambda: select(aliased(Customer)),
    "what a scoped alias stands on": lambda: select(S.element),
    "a lightweight table": lambda: select(lightweight("customers", column("id")).c.id),
    "a table that calls itself open": lambda: select(
        Table("customers", MetaData(), Column("id"), info={"open": "says who"}).c.id
    ),
}
TEXTS: dict[str, Callable[[], ClauseElement]] = {
    "a text": lambda: text("SELECT * FROM customers"),
    "a text with columns": lambda: text("SELECT id FROM customers").columns(column("id")),
    "a text in FROM": lambda: select(S.c.id).select_from(text("customers")),
    "a text in WHERE": lambda: select(S.c.id).where(text("EXISTS (SELECT 1 FROM customers)")),
    "a text in ORDER BY": lambda: select(S.c.id).order_by(text("(SELECT 1 FROM customers)")),
    "a prefix": lambda: select(S.c.id).prefix_with("(SELECT 1 FROM customers),"),
    "a suffix": lambda: select(S.c.id).suffix_with("UNION SELECT id FROM customers"),
    "a hint": lambda: select(S.c.id).with_statement_hint("UNION SELECT id FROM customers"),
    "a literal column": lambda: select(literal_column("(SELECT name FROM customers LIMIT 1)")),
    "an operator": lambda: select(S.c.id).where(S.c.name.op("= ANY(SELECT name FROM customers) OR")("x")),
    "an operator in capitals": lambda: select(S.c.id).where(
        S.c.name.bool_op("UNION SELECT NAME FROM CUSTOMERS ")("x")
    ),
    "a query in a function": lambda: select(func.query_to_xml("SELECT * FROM customers", True, True, "")),
    "a table in a function": lambda: select(func.table_to_xml("customers", True, True, "")),
    "another tenant in a function": lambda: select(func.set_config("app.tenant_id", "x", True)),
    "a function that is none": lambda: select(
        getattr(func, quoted_name("now() FROM customers --", quote=False))()
    ),
    "an extract that is none": lambda: select(extract("x FROM customers), extract(day", S.c.created_at)),
}
WRITES: dict[str, Callable[[], ClauseElement]] = {
    "UPDATE": lambda: update(C).values(name="x"),
    "UPDATE by hand": lambda: update(C).where(C.c.tenant_id == TENANT).values(name="x"),
    "UPDATE with OR": lambda: update(C).where(or_(OfTenant(C), true())).values(name="x"),
    "UPDATE with NOT": lambda: update(C).where(not_(OfTenant(C))).values(name="x"),
    "UPDATE of another table's tenant": lambda: update(C).where(OfTenant(U)).values(name="x"),
    "UPDATE of an alias": lambda: update(C.alias("a")).values(name="x"),
    "UPDATE FROM": lambda: scoped_update(Customer).where(U.c.id == C.c.owner_id).values(name=U.c.name),
    "UPDATE SET (SELECT)": lambda: scoped_update(Customer).values(
        name=select(U.c.name).limit(1).scalar_subquery()
    ),
    "UPDATE SET tenant_id": lambda: scoped_update(Customer).values(tenant_id=new_id()),
    "UPDATE SET tenant_id, ordered": lambda: scoped_update(Customer).ordered_values(
        (C.c.tenant_id, new_id())
    ),
    "DELETE": lambda: delete(C),
    "DELETE USING": lambda: scoped_delete(Customer).where(U.c.id == C.c.owner_id),
    "DELETE RETURNING (SELECT)": lambda: scoped_delete(Customer).returning(
        select(U.c.name).scalar_subquery()
    ),
    "DELETE in a CTE": lambda: select(delete(C).returning(C.c.id).cte("gone").c.id),
    "UPDATE in an added CTE": lambda: select(S.c.id).add_cte(update(C).values(name="x").cte("changed")),
    "INSERT": lambda: insert(C).values(name="x"),
    "INSERT without values": lambda: insert(C),
    "INSERT of a tenant by value": lambda: insert(C).values(tenant_id=new_id()),
    "INSERT with the tenant replaced": lambda: scoped_insert(Customer).values(tenant_id=new_id()),
    "INSERT of a tenant in an expression": lambda: insert(C).values(
        tenant_id=func.coalesce(new_id(), TENANT)
    ),
    "INSERT of several": lambda: insert(C).values([{"tenant_id": TENANT}, {"tenant_id": new_id()}]),
    "INSERT FROM SELECT": lambda: insert(C).from_select(["tenant_id"], select(S.c.tenant_id)),
    "INSERT of a subquery": lambda: scoped_insert(Customer).values(
        id=new_id(), name=select(U.c.name).scalar_subquery()
    ),
    "an upsert that moves": lambda: upsert({"tenant_id": new_id()}),
    "an upsert of a subquery": lambda: upsert({"name": select(U.c.name).scalar_subquery()}),
    "an upsert where": lambda: upsert({"name": "x"}, where=exists().where(U.c.id == C.c.id)),
}


def upsert(values: dict[str, Any], **options: Any) -> ClauseElement:
    statement = postgresql.insert(C).values(tenant_id=TENANT, id=new_id())
    return statement.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=values, **options)


@pytest.mark.parametrize("form", [pytest.param(form, id=name) for name, form in READS.items()])
def test_a_tenant_s_table_is_named_through_scoped_alone(form: Callable[[], ClauseElement]) -> None:
    with pytest.raises(UnscopedStatement, match="named without its tenant"):
        compiled(form())


@pytest.mark.parametrize("form", [pytest.param(form, id=name) for name, form in TEXTS.items()])
def test_sql_as_text_is_refused(form: Callable[[], ClauseElement]) -> None:
    with pytest.raises(UnscopedStatement, match=r"cannot be checked|is not checked"):
        compiled(form())


@pytest.mark.parametrize("form", [pytest.param(form, id=name) for name, form in WRITES.items()])
def test_a_write_says_whose_rows_it_changes(form: Callable[[], ClauseElement]) -> None:
    with pytest.raises(UnscopedStatement):
        compiled(form())


@pytest.mark.parametrize(
    "form",
    [
        lambda: select(S.c.id),
        lambda: select(scoped(User, "u").c.id).outerjoin(S, S.c.owner_id == scoped(User, "u").c.id),
        lambda: select(func.count()).select_from(S),
        lambda: select(S.c.id.in_(select(scoped(Customer, "t").c.id))),
        lambda: scoped_update(Customer).values(name="x"),
        lambda: scoped_delete(Customer),
        lambda: scoped_insert(Customer).values(id=new_id()),
    ],
)
def test_what_is_scoped_brings_the_tenant_bind_for_every_table(form: Callable[[], ClauseElement]) -> None:
    statement = compiled(form())

    assert "tenant" in statement.names
    assert "tenant" not in statement.fixed


def test_the_wall_stands_inside_an_outer_join_and_a_subquery() -> None:
    users = scoped(User, "u")

    sql = compiled(select(users.c.id).outerjoin(S, S.c.owner_id == users.c.id)).sql

    assert " ".join(sql.split()) == (
        "SELECT u.id FROM (SELECT * FROM users WHERE users.tenant_id = $1::UUID) AS u LEFT OUTER JOIN "
        "(SELECT * FROM customers WHERE customers.tenant_id = $1::UUID) AS s ON s.owner_id = u.id"
    )


def test_only_reviewed_tables_are_open() -> None:
    """A table without tenant rows is read before a tenant is known: this list grows by review only."""
    found = {name for name, mapped in Base.metadata.tables.items() if "open" in mapped.info}

    assert found == {"tenants", "logins", "memberships", "unknown_sign_ins"}


async def test_the_unit_s_tenant_and_caller_win_over_values_of_the_same_name(
    company: Company, other_company: Company
) -> None:
    """A value that happens to be called `tenant` cannot choose whose rows a statement sees."""
    unit = UnitOfWork(company.served.pool, Principal(company.tenant_id, company.owner.id))
    foreign = {"tenant": other_company.tenant_id, "me": other_company.owner.id}

    def build() -> Any:
        users = scoped(RESOURCES["users"].model, "u")
        me = bindparam("me", type_=Uuid(as_uuid=False))
        return select(users.c.tenant_id.cast(Uuid(as_uuid=False)), me)

    try:
        rows = await unit.fetch("who am i", build, foreign)
        assert [(str(row[0]), str(row[1])) for row in rows] == [(company.tenant_id, company.owner.id)]
        await unit.many(
            "rename",
            lambda: scoped_update(User).values(title=bindparam("title")),
            [{**foreign, "title": "x"}],
        )
        await unit.commit()
    finally:
        await unit.close()

    assert [row["title"] for row in await company.rows("users")] == ["x"]
    assert [row["title"] for row in await other_company.rows("users")] == [None]
