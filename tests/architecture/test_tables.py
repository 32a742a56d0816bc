"""Every mapped class belongs to a tenant or is on the reviewed list; statements that go around the wall do not compile."""

from typing import Any

import pytest
from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    Uuid,
    delete,
    insert,
    select,
    text,
    update,
)

from crm_api import wiring
from crm_api.kit.db import Base, table
from crm_api.kit.tenancy import DIALECT, UnscopedStatement, scoped
from crm_api.parties.customers.models import Customer
from tests.architecture.tables import OPEN, unscoped

assert wiring
CUSTOMERS = table(Customer)


def test_every_mapped_class_belongs_to_a_tenant_or_is_listed() -> None:
    assert unscoped(Base.metadata.tables.values()) == []
    assert OPEN.keys() <= Base.metadata.tables.keys()


def test_every_table_is_a_mapped_class() -> None:
    mapped = {mapper.local_table.name for mapper in Base.registry.mappers}  # type: ignore[attr-defined]
    assert mapped == Base.metadata.tables.keys()


def _table(*more: Any, key: str = "tenant_id", **options: Any) -> Table:
    columns = [Column(name, Uuid, primary_key=True) for name in (key, "id")]
    return Table("boxes", MetaData(), *columns, Column("shelf_id", Uuid), *more, **options)


@pytest.mark.parametrize(
    ("planted", "finding"),
    [
        (_table(key="shelf"), "boxes: primary key is not led by tenant_id"),
        (
            _table(Index("boxes_shelf_key", "shelf_id", unique=True)),
            "boxes: boxes_shelf_key is not led by tenant_id",
        ),
        (
            _table(ForeignKeyConstraint(["shelf_id"], ["customers.id"])),
            "boxes: a foreign key to customers without tenant_id",
        ),
        (
            _table(info={"open": "convenience"}),
            "boxes: open for a reason that is not on the list: convenience",
        ),
    ],
)
def test_a_planted_table_is_found(planted: Table, finding: str) -> None:
    assert unscoped([planted]) == [finding]


@pytest.mark.parametrize(
    "statement",
    [
        select(CUSTOMERS.c.id),
        select(scoped(Customer, "a").c.id).join(CUSTOMERS, CUSTOMERS.c.parent_id == CUSTOMERS.c.id),
        select(select(CUSTOMERS.c.id).scalar_subquery()),
        select(scoped(Customer, "a").c.id).where(select(CUSTOMERS.c.id).exists()),
        update(CUSTOMERS).values(name="x"),
        delete(CUSTOMERS).where(CUSTOMERS.c.tenant_id == "x"),
        insert(CUSTOMERS).values(name="x"),
        text("SELECT * FROM customers"),
        select(scoped(Customer, "a").c.id).where(text("true")),
    ],
    ids=(
        "select",
        "join",
        "subquery in the columns",
        "subquery in the condition",
        "update",
        "delete",
        "insert",
        "literal statement",
        "literal condition",
    ),
)
def test_an_unscoped_statement_is_never_compiled(statement: Any) -> None:
    with pytest.raises(UnscopedStatement):
        statement.compile(dialect=DIALECT)


def test_a_scoped_statement_carries_its_tenant() -> None:
    compiled = select(scoped(Customer, "c").c.id).compile(dialect=DIALECT)
    assert "WHERE customers.tenant_id = $1" in str(compiled)
    assert compiled.positiontup == ["tenant"]
