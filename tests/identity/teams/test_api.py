"""Teams over HTTP."""

import asyncio
from typing import Any

import pytest

from crm_api.kit.ids import new_id
from tests.factories.companies import Company


async def paths(company: Company) -> dict[str, list[str]]:
    """Names of the teams on the way to each team."""
    rows = await company.rows("teams")
    names = {str(row["id"]): row["name"] for row in rows}
    return {row["name"]: [names[str(step)] for step in row["path"]] for row in rows}


async def tree(company: Company) -> dict[str, str]:
    """A above B above C, and D beside A: ids by name."""
    ids: dict[str, str] = {}
    for name, above in (("A", None), ("B", "A"), ("C", "B"), ("D", None)):
        ids[name] = await company.team(name, parent_id=ids[above] if above else None)
    return ids


async def test_create_answers_the_whole_team(company: Company) -> None:
    top = await company.team("华东大区")
    made = await company.owner.create(
        "/teams",
        name="上海",
        parent_id=top,
        leader_id=company.owner.id,
        external_ids=[{"source": "hr", "key": "T1"}],
    )
    stamps = {key: made.pop(key) for key in ("id", "created_at", "updated_at")}
    assert made == {
        "name": "上海",
        "parent_id": top,
        "leader_id": company.owner.id,
        "path": [top, stamps["id"]],
        "external_ids": [{"source": "hr", "key": "T1"}],
        "created_by": company.owner.id,
        "updated_by": company.owner.id,
        "version": 1,
        "deleted_at": None,
        "redacted": [],
    }
    assert (await company.owner.http.get(f"/teams/{stamps['id']}")).json() == {**made, **stamps}
    for query in (
        {"parent_id": top},
        {"leader_id": company.owner.id},
        {"external_id": "hr:T1"},
        {"name": "上海"},
    ):
        found = (await company.owner.http.get("/teams", params=query)).json()["data"]
        assert [team["id"] for team in found] == [stamps["id"]], query


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"parent_id": new_id()}, "/parent_id", "reference_not_found"),
        ({"leader_id": new_id()}, "/leader_id", "reference_not_found"),
        ({"name": ""}, "/name", "too_short"),
        ({"path": []}, "/path", "unknown_field"),
    ],
)
async def test_wrong_bodies_are_refused_at_their_place(
    company: Company, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await company.owner.http.post("/teams", json={"name": "X", **body})
    assert answer.status_code == 422, answer.text
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    assert await company.rows("teams") == []


async def test_a_move_takes_everything_below_along(company: Company) -> None:
    ids = await tree(company)
    answer = await company.owner.http.post(f"/teams/{ids['B']}/move", json={"parent_id": ids["D"]})
    assert (answer.status_code, answer.json()["path"]) == (200, [ids["D"], ids["B"]])
    assert await paths(company) == {"A": ["A"], "D": ["D"], "B": ["D", "B"], "C": ["D", "B", "C"]}
    (event,) = await company.rows("events", record_id=ids["B"], type="team.moved")
    assert event["changes"]["parent_id"] == {"from": ids["A"], "to": ids["D"]}
    up = await company.owner.http.patch(f"/teams/{ids['C']}", json={"parent_id": None, "name": "C2"})
    assert (up.status_code, up.json()["path"]) == (200, [ids["C"]])


async def test_a_supervisor_sees_what_was_moved_below_them(company: Company) -> None:
    ids = await tree(company)
    agent = await company.user("account_manager", team_id=ids["C"])
    boss = await company.user("sales_supervisor", team_id=ids["D"])
    customer = await agent.create("/customers", name="X")
    assert (await boss.http.get(f"/customers/{customer['id']}")).status_code == 404
    await company.owner.http.post(f"/teams/{ids['B']}/move", json={"parent_id": ids["D"]})
    await asyncio.sleep(1.05)
    assert (await boss.http.get(f"/customers/{customer['id']}")).status_code == 200


async def test_no_team_below_itself(company: Company) -> None:
    ids = await tree(company)
    before = await paths(company)
    for below in ("A", "C"):
        answer = await company.owner.http.post(f"/teams/{ids['A']}/move", json={"parent_id": ids[below]})
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/parent_id", "team_cycle")]
    assert await paths(company) == before


async def test_two_moves_at_once_make_no_circle(company: Company) -> None:
    ids = await tree(company)
    http = company.owner.http
    answers = await asyncio.gather(
        http.post(f"/teams/{ids['A']}/move", json={"parent_id": ids["D"]}),
        http.post(f"/teams/{ids['D']}/move", json={"parent_id": ids["C"]}),
        http.post("/teams", json={"name": "E", "parent_id": ids["C"]}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 201, 422]
    found = await paths(company)
    above = {row["name"]: row["parent_id"] and str(row["parent_id"]) for row in await company.rows("teams")}
    names = {row_id: name for name, row_id in ids.items()}
    for name, path in found.items():
        parent = above[name]
        assert path == [*(found[names[parent]] if parent else []), name]


async def test_delete_refuses_teams_in_use(company: Company) -> None:
    ids = await tree(company)
    user = await company.user("executive", team_id=ids["C"])
    http = company.owner.http
    for name in ("A", "C"):
        answer = await http.delete(f"/teams/{ids[name]}")
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    await http.patch(f"/users/{user.id}", json={"team_id": None})
    assert (await http.delete(f"/teams/{ids['C']}")).status_code == 204
    assert (await http.get(f"/teams/{ids['C']}")).status_code == 404
    moved = await http.post(f"/users/{user.id}/move", json={"team_id": ids["C"]})
    assert (moved.status_code, moved.json()["errors"][0]["code"]) == (422, "reference_not_found")


async def test_restore_needs_the_team_above(company: Company) -> None:
    ids = await tree(company)
    http = company.owner.http
    for name in ("C", "B"):
        assert (await http.delete(f"/teams/{ids[name]}")).status_code == 204
    refused = await http.post(f"/teams/{ids['C']}/restore")
    assert (refused.status_code, refused.json()["code"]) == (409, "parent_deleted")
    # what lies deleted below a team moves along with it
    assert (await http.post(f"/teams/{ids['B']}/restore")).status_code == 200
    await http.post(f"/teams/{ids['B']}/move", json={"parent_id": ids["D"]})
    restored = await http.post(f"/teams/{ids['C']}/restore")
    assert (restored.status_code, restored.json()["path"]) == (200, [ids["D"], ids["B"], ids["C"]])


async def test_somebody_joining_a_team_while_it_is_deleted(company: Company) -> None:
    team = await company.team()
    user = await company.user("executive")
    http = company.owner.http
    deleted, moved = await asyncio.gather(
        http.delete(f"/teams/{team}"), http.post(f"/users/{user.id}/move", json={"team_id": team})
    )
    assert (deleted.status_code, moved.status_code) in ((204, 422), (409, 200))
