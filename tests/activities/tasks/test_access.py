"""Who may do what with whose task."""

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.floors import Floor
from tests.factories.matrix import DONE, PLACES, Matrix, expected

OWN = dict.fromkeys(("get", "create", "patch", "delete"), "own")
REACH = {
    "administrator": {},
    "sales_supervisor": dict.fromkeys(DONE, "subtree"),
    "account_manager": OWN,
    "executive": {"get": "all"},
    "support_agent": OWN,
    "marketer": OWN,
    "integration": dict.fromkeys(DONE, "all"),
}


async def test_role_by_action_by_place(company: Company) -> None:
    assert set(REACH) == set(DEFAULT_ROLES)
    matrix = Matrix(company, "/tasks", {"title": "x"}, {"description": "other"})
    await matrix.furnish()
    for role, reaches in REACH.items():
        for action in DONE:
            for place in PLACES:
                should = expected(reaches.get(action, "none"), action, place)
                assert await matrix.status(role, action, place) == should, (role, action, place)


async def test_a_task_is_about_a_record_that_its_author_sees(floor: Floor) -> None:
    theirs = await floor.stranger.create("/customers", name="Acme")
    about = {"subject_type": "customers", "subject_id": theirs["id"]}
    before = await floor.company.digest("tasks", "customers", "events")
    answer = await floor.agent.http.post("/tasks", json={"title": "x", **about})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "reference_not_found")
    assert await floor.company.digest("tasks", "customers", "events") == before

    # whoever may only read the record plans, but writes no interaction about it
    support = await floor.company.user("support_agent")
    task = await support.create("/tasks", title="x", **about)
    told = {"interaction": {"kind": "call", "summary": "x"}}
    before = await floor.company.digest("tasks", "customers", "interactions", "events")
    assert (await support.http.post(f"/tasks/{task['id']}/complete", json=told)).status_code == 403
    marketer = await floor.company.user("marketer")
    own = await marketer.create("/tasks", title="x", **about)
    answer = await marketer.http.post(f"/tasks/{own['id']}/complete", json=told)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert [row["status"] for row in await floor.company.rows("tasks")] == ["open", "open"]
    assert await floor.company.rows("interactions") == []
