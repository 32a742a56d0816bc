"""What the client is told about the commit: never 2xx unless it happened."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import bindparam, select

from crm_api.kit.principal import Principal
from crm_api.kit.uow import RolledBack, UnitOfWork
from crm_api.main import create_app
from crm_api.settings import Settings
from tests import database
from tests.conftest import ADMIN, TEMPLATE
from tests.factories.companies import PASSWORD, Company, Served, found_company

# Each body runs at COMMIT (a deferred constraint trigger) of a customer whose name it is filed under.
AT_COMMIT = {
    "refused": "RAISE EXCEPTION 'no'",
    "refused check": "RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'",
    "never serializable": "PERFORM nextval('tries'); RAISE EXCEPTION 'again' USING ERRCODE = '40001'",
    "serializable at the third": "IF nextval('tries') < 3 THEN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END IF",
    "deadlocked twice": "IF nextval('tries') < 3 THEN RAISE EXCEPTION 'again' USING ERRCODE = '40P01'; END IF",
    "killed": "PERFORM pg_terminate_backend(pg_backend_pid())",
    "cancelled": "PERFORM pg_cancel_backend(pg_backend_pid()); PERFORM pg_sleep(5)",
    "broken": "PERFORM 1 / 0",
}
# Two updates, each holding its own row and asking for the other's: what no lock order can prevent.
EMBRACE = """
CREATE FUNCTION embrace() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(0.2);
    PERFORM 1 FROM customers WHERE id <> NEW.id AND region = NEW.region FOR UPDATE;
    RETURN NEW;
END $$;
CREATE TRIGGER embrace BEFORE UPDATE ON customers FOR EACH ROW WHEN (NEW.region = 'embrace') EXECUTE FUNCTION embrace();
"""


@pytest.fixture(scope="module")
def own_databases() -> Iterator[database.Databases]:
    """A clone of this module's own, because triggers are put into it."""
    admin = database.AdminDsn(os.environ[ADMIN])
    found = database.clone(admin, os.environ[TEMPLATE])
    yield found
    database.drop(admin, found)


@asynccontextmanager
async def as_superuser(databases: database.Databases) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(databases.admin_dsn)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def own_served(own_databases: database.Databases, settings: Settings) -> AsyncIterator[Served]:
    """The application on that clone, with a trigger for each way in which a commit can fail."""
    whens = " ".join(f"WHEN '{name}' THEN {body};" for name, body in AT_COMMIT.items())
    async with as_superuser(own_databases) as superuser:
        await superuser.execute(
            f"""
            CREATE SEQUENCE tries;
            CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN CASE NEW.name {whens} ELSE NULL; END CASE; RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT OR UPDATE ON customers
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit();
            {EMBRACE}
            """
        )
    app = create_app(settings.model_copy(update={"database_url": SecretStr(own_databases.app_dsn)}))
    async with app.router.lifespan_context(app):
        yield Served(app, httpx.ASGITransport(app, raise_app_exceptions=False))


@pytest.fixture
async def own_company(own_served: Served, own_databases: database.Databases) -> AsyncIterator[Company]:
    async with as_superuser(own_databases) as superuser:
        await superuser.execute("ALTER SEQUENCE tries RESTART")
    found = await found_company(own_served)
    yield found
    await found.close()


async def written(company: Company) -> list[int]:
    """How many rows a customer's creation or change has left, table by table."""
    tables = ("customers", "events", "ownership_periods", "search_documents", "external_ids")
    return [len(await company.rows(name)) for name in tables]


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("refused", 409, "conflict"),
        ("refused check", 409, "conflict"),
        ("never serializable", 503, "unavailable"),
        ("killed", 503, "unavailable"),
        ("cancelled", 503, "unavailable"),
        ("broken", 422, "validation_failed"),
    ],
)
async def test_a_commit_that_fails_is_a_problem_and_nothing_is_written(
    own_company: Company, name: str, status: int, code: str
) -> None:
    before = await written(own_company)

    answer = await own_company.owner.http.post(
        "/customers", json={"name": name, "external_ids": [{"source": "here", "key": "1"}]}
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert await written(own_company) == before
    await own_company.owner.create("/customers", name="the next one works")


async def test_a_change_whose_commit_fails_leaves_the_row_as_it_was(own_company: Company) -> None:
    made = await own_company.owner.create("/customers", name="Before")
    before = await written(own_company)

    answer = await own_company.owner.http.patch(f"/customers/{made['id']}", json={"name": "refused"})

    assert answer.status_code == 409
    assert await written(own_company) == before
    read = await own_company.owner.http.get(f"/customers/{made['id']}")
    assert (read.json()["name"], read.json()["version"]) == ("Before", 1)


@pytest.mark.parametrize("name", ["serializable at the third", "deadlocked twice"])
async def test_what_the_database_asks_to_repeat_is_repeated_once_it_is_written_once(
    own_company: Company, name: str
) -> None:
    before = await written(own_company)

    answer = await own_company.owner.http.post("/customers", json={"name": name})

    assert answer.status_code == 201, answer.text
    after = await written(own_company)
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1, 1, 0]


async def test_a_repetition_has_an_end(own_company: Company, own_databases: database.Databases) -> None:
    answer = await own_company.owner.http.post("/customers", json={"name": "never serializable"})

    async with as_superuser(own_databases) as superuser:
        assert await superuser.fetchval("SELECT last_value FROM tries") == 4
    assert answer.headers["retry-after"] == "1"


async def test_a_deadlock_between_two_changes_reaches_neither_client(own_company: Company) -> None:
    rows = [await own_company.owner.create("/customers", name=f"Row {i}") for i in range(2)]

    answers = await asyncio.gather(
        *(own_company.owner.http.patch(f"/customers/{row['id']}", json={"region": "embrace"}) for row in rows)
    )
    # the first pair has no region yet, so neither waits for the other: now both have
    answers += await asyncio.gather(
        *(own_company.owner.http.patch(f"/customers/{row['id']}", json={"industry": "steel"}) for row in rows)
    )

    assert [answer.status_code for answer in answers] == [200] * 4
    stored = await own_company.rows("customers")
    assert [(row["region"], row["industry"], row["version"]) for row in stored] == [
        ("embrace", "steel", 3)
    ] * 2


async def test_the_two_changes_really_embrace(
    own_company: Company, own_databases: database.Databases
) -> None:
    """Without the repetition one of the two is refused: the test above tests something."""
    for i in range(2):
        await own_company.owner.create("/customers", name=f"Row {i}", region="embrace")

    async def change(row_id: str) -> str:
        async with as_superuser(own_databases) as superuser:
            try:
                await superuser.execute("UPDATE customers SET industry = 'steel' WHERE id = $1", row_id)
            except asyncpg.DeadlockDetectedError:
                return "deadlock"
        return "done"

    ids = [row["id"] for row in await own_company.rows("customers")]
    assert sorted(await asyncio.gather(*(change(row_id) for row_id in ids))) == ["deadlock", "done"]


async def test_a_migration_between_two_requests_is_not_noticed(
    own_company: Company, own_databases: database.Databases
) -> None:
    """A prepared plan whose result changed its type is refused inside a transaction: the request begins anew."""
    made = await own_company.owner.create("/customers", name="Lasting")
    http, path = own_company.owner.http, f"/customers/{made['id']}"
    async with as_superuser(own_databases) as superuser:
        for number, kind in enumerate(("varchar(300)", "text"), 1):
            before = [
                await http.get(path),
                await http.get("/customers"),
                await http.patch(path, json={"region": f"r{number}"}),
            ]
            await superuser.execute(f"ALTER TABLE customers ALTER COLUMN industry TYPE {kind}")
            after = [
                await http.get(path),
                await http.get("/customers"),
                await http.patch(path, json={"level": f"l{number}"}),
            ]
            assert [answer.status_code for answer in before + after] == [200] * 6

    [row] = await own_company.rows("customers")
    assert (row["region"], row["level"], row["version"]) == ("r2", "l2", 5)


async def test_a_hidden_failure_is_not_committed_as_success(company: Company) -> None:
    """PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK and no error."""
    unit = UnitOfWork(company.served.pool, Principal(company.tenant_id, company.owner.id))
    try:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await unit.fetch("divide by zero", lambda: select(1 / bindparam("zero", 0)), {})
        with pytest.raises(RolledBack):
            await unit.commit()
    finally:
        await unit.close()


async def test_a_refusal_that_is_returned_commits_its_trace(company: Company) -> None:
    """A refresh token used twice ends its session: refused, and yet written."""
    async with company.served.client() as http:
        first = await http.post("/auth/login", json={"email": company.email, "password": PASSWORD})
        second = await http.post("/auth/refresh", json={"refresh_token": first.json()["refresh_token"]})
        reused = await http.post("/auth/refresh", json={"refresh_token": first.json()["refresh_token"]})
        after = await http.post("/auth/refresh", json={"refresh_token": second.json()["refresh_token"]})

    assert [answer.status_code for answer in (first, second, reused, after)] == [200, 200, 401, 401]
    assert (reused.json()["code"], after.json()["code"]) == ("refresh_reused", "invalid_token")
    ended = [row["revoked_at"] is not None for row in await company.rows("sessions")]
    assert sorted(ended) == [False, True]
