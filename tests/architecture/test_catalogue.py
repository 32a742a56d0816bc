"""The database as the migrations leave it keeps tenants apart; each checker is shown to be able to fail."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.architecture import catalogue as check
from tests.architecture.catalogue import CHECKERS, Catalogue
from tests.database import ROLES, Databases

APP, OWNER = ROLES.app, ROLES.owner
EXPRESSION = check.EXPRESSION
KEYS = "tenant_id uuid, id uuid, PRIMARY KEY (tenant_id, id)"


@pytest.fixture
async def connection(databases: Databases) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A superuser inside a transaction that is never committed."""
    opened = await asyncpg.connect(databases.admin_dsn)
    transaction = opened.transaction()
    await transaction.start()
    yield opened
    await transaction.rollback()
    await opened.close()


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.__name__)
async def test_the_catalogue_keeps_to_its(checker: Any, connection: "asyncpg.Connection[Any]") -> None:
    assert list(checker(await Catalogue.read(connection))) == []


async def test_every_exception_still_exists(connection: "asyncpg.Connection[Any]") -> None:
    found = await Catalogue.read(connection)
    names = {row["name"] for row in found.relations}
    assert {*check.WITHOUT_TENANT, *check.RIGHTS, *check.SEARCHED, *check.SEQUENCES} <= names
    assert {row["name"] for row in found.functions} >= check.DEFINER.keys()
    assert len(found.tenant_tables) > 10


def _table(name: str = "boxes", columns: str = KEYS) -> str:
    return f"CREATE TABLE {name} ({columns}); ALTER TABLE {name} OWNER TO {OWNER};"


PLANTED = [
    (
        check.row_security,
        _table(),
        {"boxes: row security is not enabled", "boxes: row security is not forced"},
    ),
    (
        check.row_security,
        "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY",
        {"customers: row security is not forced"},
    ),
    (
        check.row_security,
        "ALTER TABLE {partition} DISABLE ROW LEVEL SECURITY",
        {"{partition}: row security is not enabled"},
    ),
    (check.policies, "DROP POLICY customers_tenant ON customers", {"customers: 0 policies"}),
    (
        check.policies,
        "CREATE POLICY wide ON customers USING (true)",
        {
            "customers: 2 policies",
            "customers: the policy's using is true",
            "customers: the policy's checked is None",
        },
    ),
    (
        check.policies,
        "ALTER POLICY customers_tenant ON customers WITH CHECK (true)",
        {"customers: the policy's checked is true"},
    ),
    (
        check.policies,
        f"ALTER POLICY customers_tenant ON customers TO {APP}",
        {"customers: the policy is not for everybody and every command"},
    ),
    (check.unique_keys, _table(columns="tenant_id uuid, id uuid"), {"boxes: no primary key"}),
    (
        check.unique_keys,
        _table(columns="tenant_id uuid, id uuid PRIMARY KEY"),
        {"boxes: boxes_pkey is not led by tenant_id"},
    ),
    (
        check.unique_keys,
        "CREATE UNIQUE INDEX customers_name ON customers (lower(name)) WHERE false",
        {"customers: customers_name is not led by tenant_id"},
    ),
    (
        check.references,
        """
        CREATE UNIQUE INDEX one ON users (id);
        ALTER TABLE customers ADD CONSTRAINT single FOREIGN KEY (owner_id) REFERENCES users (id)
        """,
        {"customers: single does not carry tenant_id"},
    ),
    (check.grants, _table(), {"boxes: the app role may nothing"}),
    (
        check.grants,
        f"GRANT TRUNCATE ON customers TO {APP}",
        {"customers: the app role may DELETE, INSERT, SELECT, TRUNCATE, UPDATE"},
    ),
    (check.grants, "GRANT SELECT (name) ON customers TO PUBLIC", {"customers: PUBLIC may SELECT (name)"}),
    (
        check.grants,
        f"GRANT SELECT ON {{partition}} TO {APP}",
        {"{partition}: the app role may SELECT"},
    ),
    (
        check.ownership,
        f"ALTER TABLE customers OWNER TO {APP}",
        {f"customers: owned by {APP}"},
    ),
    (check.ownership, f"GRANT CREATE ON SCHEMA public TO {APP}", {"public: the app role may create in it"}),
    (
        check.kinds,
        "CREATE VIEW everything AS SELECT * FROM customers",
        {"everything: a view that is not security_invoker"},
    ),
    (
        check.kinds,
        "CREATE MATERIALIZED VIEW kept AS SELECT * FROM customers",
        {"kept: a materialized view"},
    ),
    (check.kinds, "CREATE SEQUENCE numbers", {"numbers: a sequence"}),
    (
        check.functions,
        "CREATE FUNCTION peek() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        {
            "peek(): SECURITY DEFINER as postgres, and on no list",
            "peek(): the search path is not pinned",
            "peek(): everybody may run it",
        },
    ),
]


@pytest.mark.parametrize(("checker", "sql", "findings"), PLANTED)
async def test_a_planted_fault_is_found(
    checker: Any, sql: str, findings: set[str], connection: "asyncpg.Connection[Any]"
) -> None:
    before = await Catalogue.read(connection)
    partition = next(row["name"] for row in before.relations if row["partition"])
    await connection.execute(sql.replace("{partition}", partition))
    found = set(checker(await Catalogue.read(connection))) - set(checker(before))
    superuser = await connection.fetchval("SELECT current_user")
    told = {
        line.replace(partition, "{partition}").replace(f" as {superuser},", " as postgres,") for line in found
    }
    assert told == findings
