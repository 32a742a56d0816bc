"""Whose import it is, and what its rows may do: the rights of whoever commits it, asked again while it runs."""

import pytest

from tests.factories.floors import Floor
from tests.integrations.imports.conftest import Bench, mapped

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


async def test_rights_that_are_gone_when_it_runs(bench: Bench) -> None:
    company = bench.company
    agent = await company.user("account_manager")
    theirs = bench.by(agent)
    made = await theirs.upload("name\nx\n")
    assert (await agent.http.post(f"/imports/{made['id']}/commit")).status_code == 202
    await company.owner.http.patch(f"/users/{agent.id}", json={"roles": ["executive"]})

    await bench.runner.empty()

    assert await company.rows("customers") == []
    assert await company.rows("import_rows") == []
