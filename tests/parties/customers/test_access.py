"""Who may do what with whose customer."""

import pytest

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.floors import Floor
from tests.factories.grants import share
from tests.factories.matrix import DONE, PLACES, Matrix, expected

REACH = {
    "administrator": {},
    "sales_supervisor": dict.fromkeys(DONE, "subtree"),
    "account_manager": dict.fromkeys(("get", "create", "patch", "delete"), "own"),
    "executive": {"get": "all"},
    "support_agent": {"get": "all"},
    "marketer": {"get": "all"},
    "integration": dict.fromkeys(DONE, "all"),
}


async def test_role_by_action_by_place(company: Company) -> None:
    assert set(REACH) == set(DEFAULT_ROLES)
    matrix = Matrix(company, "/customers", {"name": "Acme"})
    await matrix.furnish()
    for role, reaches in REACH.items():
        for action in DONE:
            for place in PLACES:
                should = expected(reaches.get(action, "none"), action, place)
                assert await matrix.status(role, action, place) == should, (role, action, place)


async def test_a_list_shows_what_a_get_shows(floor: Floor) -> None:
    company = floor.company
    owners = [floor.supervisor.id, floor.agent.id, floor.mate.id, floor.stranger.id, None]
    made = [
        (await company.owner.create("/customers", name="Acme", owner_id=owner_id))["id"]
        for owner_id in owners
    ]
    executive = await company.user("executive")
    visible = {
        floor.supervisor: made[:3],
        floor.agent: made[1:2],
        floor.mate: made[2:3],
        floor.stranger: made[3:4],
        executive: made,
        company.owner: made,
    }
    for actor, ids in visible.items():
        for query in ("", "&q=acme", "&name=Acme", "&sort=-name"):
            page = (await actor.http.get(f"/customers?include_total=true{query}")).json()
            assert {record["id"] for record in page["data"]} == set(ids), query
            assert page["page"]["total"] == len(ids)
        for record_id in made:
            should = 200 if record_id in ids else 404
            assert (await actor.http.get(f"/customers/{record_id}")).status_code == should


@pytest.mark.parametrize(("level", "patched"), [("read", 403), ("write", 200)])
async def test_a_shared_customer_can_be_read_and_with_write_be_changed_but_neither_deleted_nor_given_away(
    floor: Floor, level: str, patched: int
) -> None:
    company = floor.company
    made = await company.owner.create("/customers", name="Acme", owner_id=floor.stranger.id)
    await share(company, "customers", made["id"], floor.agent.id, level)
    agent, one = floor.agent.http, f"/customers/{made['id']}"

    assert (await agent.get(one)).status_code == 200
    assert [record["id"] for record in (await agent.get("/customers")).json()["data"]] == [made["id"]]
    assert (await agent.patch(one, json={"level": "B"})).status_code == patched
    assert (await agent.delete(one)).status_code == 403
    assert (await agent.patch(one, json={"owner_id": floor.agent.id})).status_code == 403
    assert (await floor.mate.http.get(one)).status_code == 404
    stored = (await company.rows("customers", id=made["id"]))[0]
    assert (stored["level"], str(stored["owner_id"])) == ("B" if patched == 200 else None, floor.stranger.id)


async def test_what_cannot_be_seen_answers_like_what_does_not_exist(floor: Floor) -> None:
    made = await floor.stranger.create("/customers", name="Acme")
    await floor.stranger.http.delete(f"/customers/{made['id']}")
    hidden = await floor.stranger.create("/customers", name="Acme")
    answers = []
    for record_id in (made["id"], hidden["id"], "01930b2e-6f00-7000-8000-000000000001", "no-id"):
        for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
            answer = await floor.agent.http.request(method, f"/customers/{record_id}", json=body)
            assert answer.status_code == 404
            problem = answer.json()
            del problem["instance"], problem["request_id"]
            answers.append(problem)
    assert all(problem == answers[0] for problem in answers)


async def test_assigning_needs_the_right_and_stays_within_reach(floor: Floor) -> None:
    company = floor.company
    made = await floor.agent.create("/customers", name="Acme")
    one = f"/customers/{made['id']}"
    before = await company.rows("events")

    # an account manager may change the customer but not give it away
    for answer in (
        await floor.agent.http.patch(one, json={"owner_id": floor.mate.id}),
        await floor.agent.http.patch(one, json={"owner_id": None, "level": "A"}),
        await floor.agent.http.post(f"{one}/assign", json={"owner_id": floor.mate.id}),
        # nor may a supervisor give it to somebody, or leave it to nobody, out of reach
        await floor.supervisor.http.patch(one, json={"owner_id": floor.stranger.id}),
        await floor.supervisor.http.post(f"{one}/assign", json={"owner_id": floor.stranger.id}),
        await floor.supervisor.http.post(f"{one}/assign", json={"owner_id": None}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert await company.rows("events") == before
    assert (await floor.agent.http.patch(one, json={"owner_id": floor.agent.id})).json()["version"] == 1

    for number, (answer, owner) in enumerate(
        [
            (await floor.supervisor.http.post(f"{one}/assign", json={"owner_id": floor.mate.id}), floor.mate),
            (await floor.supervisor.http.patch(one, json={"owner_id": floor.agent.id}), floor.agent),
        ]
    ):
        assert answer.status_code == 200, answer.text
        record = answer.json()
        assert (record["owner_id"], record["team_id"], record["version"]) == (
            owner.id,
            floor.city,
            number + 2,
        )
    types = [event["type"] for event in await company.rows("events", record_id=made["id"])]
    assert sorted(types) == ["customer.assigned", "customer.assigned", "customer.created"]


async def test_the_pool_belongs_to_nobody_and_is_seen_by_those_who_see_all(floor: Floor) -> None:
    company = floor.company
    made = await floor.agent.create("/customers", name="Acme")
    one = f"/customers/{made['id']}"

    answer = await company.owner.http.post(f"{one}/assign", json={"owner_id": None})

    assert (answer.json()["owner_id"], answer.json()["team_id"]) == (None, None)
    for actor in (floor.agent, floor.supervisor):
        assert (await actor.http.get(one)).status_code == 404
    pool = await company.owner.http.get("/customers?owner_id[is_null]=true")
    assert [record["id"] for record in pool.json()["data"]] == [made["id"]]
    periods = await company.rows("ownership_periods", record_id=made["id"])
    assert [
        (str(p["owner_id"] or ""), p["ended_at"] is None)
        for p in sorted(periods, key=lambda p: p["started_at"])
    ] == [
        (floor.agent.id, False),
        ("", True),
    ]


async def test_an_owner_must_be_an_active_user_of_the_company(
    company: Company, other_company: Company
) -> None:
    made = await company.owner.create("/customers", name="Acme")
    team = await company.team()
    for owner_id in (other_company.owner.id, team, made["id"], "01930b2e-6f00-7000-8000-000000000001"):
        for answer in (
            await company.owner.http.post("/customers", json={"name": "x", "owner_id": owner_id}),
            await company.owner.http.patch(f"/customers/{made['id']}", json={"owner_id": owner_id}),
            await company.owner.http.post(f"/customers/{made['id']}/assign", json={"owner_id": owner_id}),
        ):
            assert answer.status_code == 422
            fault = answer.json()["errors"][0]
            assert (fault["pointer"], fault["code"]) == ("/owner_id", "reference_not_found")


async def test_marketers_see_no_way_to_reach_a_customer_and_agents_of_support_no_whole_tax_id(
    company: Company,
) -> None:
    made = await company.owner.create(
        "/customers",
        name="Acme",
        phones=["13800138000"],
        emails=["a@acme.example"],
        tax_id="91310115MA1K41234",
    )
    marketer, support = await company.user("marketer"), await company.user("support_agent")

    for path in (f"/customers/{made['id']}", "/customers"):
        seen = (await marketer.http.get(path)).json()
        record = seen["data"][0] if "data" in seen else seen
        assert [record[name] for name in ("phones", "emails", "tax_id")] == [None, None, None]
        assert record["redacted"] == ["emails", "phones", "tax_id"]
        seen = (await support.http.get(path)).json()
        record = seen["data"][0] if "data" in seen else seen
        assert (record["tax_id"], record["redacted"]) == ("*" * 13 + "1234", ["tax_id"])
        assert record["phones"] == [{"raw": "13800138000", "value": "+8613800138000"}]
    for actor in (marketer, support):
        refused = await actor.http.get("/customers?tax_id=91310115MA1K41234")
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "unknown_parameter")


async def test_a_phone_is_searched_by_its_end_and_only_by_those_who_may_see_it(company: Company) -> None:
    made = await company.owner.create("/customers", name="上海智达", phones=["+86 138 0013 8765"])
    marketer, executive = await company.user("marketer"), await company.user("executive")

    for q in ("8765", "13800138765", "+86 138 0013 8765"):
        found = await executive.http.get("/customers", params={"q": q})
        assert [record["id"] for record in found.json()["data"]] == [made["id"]], q
        assert (await marketer.http.get("/customers", params={"q": q})).json()["data"] == [], q
    assert len((await marketer.http.get("/customers?q=智达")).json()["data"]) == 1
