"""Whose import it is, and what its rows may do: the rights of whoever commits it, asked again while it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.factories.companies import Company
from tests.factories.floors import Floor
from tests.integrations.imports.conftest import Bench, Record, mapped

FILES = {
    "customers": "name\nOne\n",
    "contacts": "name\nOne\n",
    "products": "code,name\nP1,One\n",
    "opportunities": "name\nOne\n",
}


@pytest.mark.parametrize("resource", FILES)
@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("administrator", {"products"}),
        ("sales_supervisor", set(FILES)),
        ("account_manager", set(FILES) - {"products"}),
        ("executive", set()),
        ("support_agent", set()),
        ("marketer", set()),
        ("integration", set(FILES)),
    ],
)
async def test_every_role(bench: Bench, resource: str, role: str, may: set[str]) -> None:
    theirs = bench.by(await bench.company.user(role))
    before = await bench.company.digest("imports", "events")

    answer = await theirs.actor.http.post(
        "/imports", files={"file": ("x.csv", FILES[resource].encode())}, data={"resource": resource}
    )

    assert answer.status_code == (201 if resource in may else 403), answer.text
    if resource not in may:
        assert await bench.company.digest("imports", "events") == before
        return
    done = await theirs.run(answer.json())
    assert done["counts"] == {"created": 1}
    (row,) = await bench.company.rows(resource)
    assert str(row["created_by"]) == theirs.actor.id


async def test_an_import_is_its_makers_own(bench: Bench, floor: Floor) -> None:
    theirs = bench.by(floor.supervisor)
    made = await theirs.upload("name\nx\n")
    stranger = bench.by(floor.stranger).actor.http

    for method, path in (
        ("GET", ""),
        ("PATCH", ""),
        ("POST", "/validate"),
        ("POST", "/commit"),
        ("POST", "/undo"),
        ("GET", "/rows"),
        ("GET", "/errors"),
    ):
        answer = await stranger.request(
            method, f"/imports/{made['id']}{path}", json={} if method == "PATCH" else None
        )
        assert answer.status_code == 404, (method, path, answer.text)
    assert (await stranger.get("/imports")).json()["data"] == []
    assert (await bench.actor.http.get(f"/imports/{made['id']}")).status_code == 200
    assert (await theirs.actor.http.get("/imports")).json()["data"][0]["id"] == made["id"]


async def test_rows_keep_to_the_reach_of_their_author(bench: Bench, floor: Floor) -> None:
    """A row for somebody else's owner, and a match on a record that cannot be seen."""
    company, agent = floor.company, floor.agent
    hidden = await company.owner.create("/customers", name="Hidden", code="H", owner_id=floor.stranger.id)
    theirs = bench.by(agent)
    made = await theirs.upload(f"name,code,owner_id\nMine,M,\nHis,S,{floor.stranger.id}\nChanged,H,\n")
    await theirs.change(
        made,
        mode="upsert",
        match=["code"],
        mapping=mapped(name="name", code="code", owner_id=("owner_id", "id")),
    )

    done = await theirs.run(made)

    assert done["counts"] == {"created": 1, "failed": 2}
    assert await theirs.errors(made) == [(2, "owner_id", "forbidden"), (3, "code", "duplicate")]
    assert (await company.rows("customers", id=hidden["id"]))[0]["name"] == "Hidden"


ROWS = 3_000  # three batches
REVOKED_WITHIN = 1.1  # seconds: so long a process may remember whom it has seen
LOSSES: dict[str, Any] = {
    "the role": lambda http, user: http.patch(f"/users/{user}", json={"roles": ["executive"]}),
    "everything": lambda http, user: http.post(f"/users/{user}/disable"),
}


@pytest.mark.parametrize("loss", LOSSES)
async def test_rights_that_are_gone_when_it_runs(bench: Bench, loss: str) -> None:
    company = bench.company
    agent = await company.user("account_manager")
    theirs = bench.by(agent)
    made = await theirs.upload("name\nx\n")
    assert (await agent.http.post(f"/imports/{made['id']}/commit")).status_code == 202
    assert (await LOSSES[loss](company.owner.http, agent.id)).status_code == 200

    await bench.runner.empty()

    assert await company.rows("customers") == []
    assert await company.rows("import_rows") == []
    await _ended_as_barred(bench, made)


@pytest.mark.parametrize("loss", LOSSES)
async def test_rights_that_end_while_it_runs(bench: Bench, loss: str) -> None:
    """What was written stays, and can be taken back by somebody else."""
    company = bench.company
    agent = await company.user("administrator")
    lines = "".join(f"P{i},Thing\n" for i in range(ROWS))
    made = await bench.by(agent).upload(f"code,name\n{lines}", "products")
    assert (await agent.http.post(f"/imports/{made['id']}/commit")).status_code == 202
    async with _code_taken(company, f"P{ROWS // 2}"):
        running = asyncio.create_task(bench.runner.empty())
        while not (await company.owner.http.get(f"/imports/{made['id']}")).json()["counts"]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        assert (await LOSSES[loss](company.owner.http, agent.id)).status_code == 200
        await asyncio.sleep(REVOKED_WITHIN)
    await running

    left = await company.rows("import_rows", status="created")
    assert 0 < len(left) < ROWS
    assert len(await company.rows("products")) == len(left) + 1
    await _ended_as_barred(bench, made)
    assert (await company.owner.http.post(f"/imports/{made['id']}/undo")).status_code == 202


@asynccontextmanager
async def _code_taken(company: Company, code: str) -> AsyncIterator[None]:
    """Somebody is about to give the code to a product of theirs, and does not: a batch that holds it waits."""
    product = await company.owner.create("/products", code="X", name="Theirs")
    async with company.served.pool.acquire() as connection:
        held = connection.transaction()
        await held.start()
        await connection.execute(f"SET LOCAL app.tenant_id = '{company.tenant_id}'")
        changed = await connection.execute("UPDATE products SET code = $1 WHERE id = $2", code, product["id"])
        assert changed == "UPDATE 1"
        try:
            yield
        finally:
            await held.rollback()


async def _ended_as_barred(bench: Bench, made: Record) -> None:
    http = bench.company.owner.http
    found = (await http.get(f"/imports/{made['id']}")).json()
    assert (found["status"], found["failure"]) == ("failed", "import_author_barred")
    (operation,) = await bench.company.rows("operations", id=found["operation_id"])
    assert operation["status"] == "failed"
    assert operation["error"]["code"] == "import_author_barred"
    assert await bench.company.rows("events", type="import.failed") != []
    assert (await http.patch(f"/imports/{made['id']}", json={})).json()["code"] == "import_done"
