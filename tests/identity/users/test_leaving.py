"""What becomes of a user's records when they change team or leave."""

from tests.factories.companies import Company


async def test_open_records_follow_their_owner_to_another_team(company: Company) -> None:
    old, new = await company.team("Old"), await company.team("New")
    user = await company.user("account_manager", team_id=old)
    mine = await user.create("/customers", name="Mine")
    gone = await user.create("/customers", name="Gone")
    await user.http.delete(f"/customers/{gone['id']}")
    other = await company.owner.create("/customers", name="Not mine")
    answer = await company.owner.http.post(f"/users/{user.id}/move", json={"team_id": new})
    assert (answer.status_code, answer.json()["team_id"]) == (200, new)
    stamps = {
        str(row["id"]): row["team_id"] and str(row["team_id"]) for row in await company.rows("customers")
    }
    assert stamps == {mine["id"]: new, gone["id"]: old, other["id"]: None}
    periods = await company.rows("ownership_periods", record_id=mine["id"])
    assert sorted((str(p["team_id"]), str(p["owner_id"]), p["ended_at"] is None) for p in periods) == sorted(
        [(old, user.id, False), (new, user.id, True)]
    )
    (event,) = await company.rows("events", record_id=user.id, type="user.moved")
    assert event["changes"] == {"team_id": {"from": old, "to": new}}


async def test_a_patch_of_the_team_moves_too(company: Company) -> None:
    new = await company.team("New")
    user = await company.user("account_manager")
    mine = await user.create("/customers", name="Mine")
    answer = await company.owner.http.patch(f"/users/{user.id}", json={"team_id": new, "title": "Lead"})
    assert answer.status_code == 200
    assert [str(row["team_id"]) for row in await company.rows("customers", id=mine["id"])] == [new]
    (event,) = await company.rows("events", record_id=user.id, type="user.moved")
    assert set(event["changes"]) == {"team_id", "title"}


async def test_moving_where_one_is_changes_nothing(company: Company) -> None:
    team = await company.team()
    user = await company.user("account_manager", team_id=team)
    before = await company.rows("events")
    answer = await company.owner.http.post(f"/users/{user.id}/move", json={"team_id": team})
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert await company.rows("events") == before


async def test_whoever_still_owns_records_is_neither_disabled_nor_deleted(company: Company) -> None:
    user = await company.user("account_manager")
    mine = [await user.create("/customers", name=f"Mine {number}") for number in range(2)]
    before = await company.rows("users"), await company.rows("events"), await company.rows("sessions")
    http = company.owner.http
    for answer in (await http.post(f"/users/{user.id}/disable"), await http.delete(f"/users/{user.id}")):
        assert (answer.status_code, answer.json()["code"]) == (409, "user_still_owns")
        assert answer.json()["owned"] == {"customers": 2}
    after = await company.rows("users"), await company.rows("events"), await company.rows("sessions")
    assert after == before
    for customer in mine:
        given = await http.post(f"/customers/{customer['id']}/assign", json={"owner_id": None})
        assert given.status_code == 200
    assert (await http.post(f"/users/{user.id}/disable")).status_code == 200


async def test_a_disabled_user_is_given_nothing(company: Company) -> None:
    user = await company.user("account_manager")
    await company.owner.http.post(f"/users/{user.id}/disable")
    answer = await company.owner.http.post("/customers", json={"name": "X", "owner_id": user.id})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "reference_not_found"
