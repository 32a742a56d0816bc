"""Who may do what with whose quote."""

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.floors import Floor
from tests.factories.grants import share
from tests.factories.matrix import DONE, PLACES, Matrix, expected
from tests.factories.quoting import ANY, open_desk

REACH = {
    "administrator": {},
    "sales_supervisor": dict.fromkeys(DONE, "subtree"),
    "account_manager": dict.fromkeys(("get", "create", "patch", "delete"), "own"),
    "executive": {"get": "all"},
    "support_agent": {},
    "marketer": {},
    "integration": dict.fromkeys(DONE, "all"),
}


async def test_role_by_action_by_place(company: Company) -> None:
    assert set(REACH) == set(DEFAULT_ROLES)
    desk = await open_desk(company)
    matrix = Matrix(company, "/quotes", desk.body, {"terms": "货到付款"}, ANY)
    await matrix.furnish()
    for actor in matrix.actors.values():
        await share(company, "customers", desk.customer["id"], actor.id)
    for role, reaches in REACH.items():
        for action in DONE:
            for place in PLACES:
                should = expected(reaches.get(action, "none"), action, place)
                assert await matrix.status(role, action, place) == should, (role, action, place)


async def test_the_quote_of_somebody_else_is_not_worked_on(floor: Floor) -> None:
    desk = await open_desk(floor.company)
    made = await desk.sent(owner_id=floor.stranger.id)
    before = await floor.company.digest("quotes", "quote_lines", "events")
    for verb in ("submit", "send", "withdraw", "accept", "reject", "revise", "order", "contract"):
        for actor in (floor.agent, floor.supervisor):
            assert (await actor.http.post(f"/quotes/{made['id']}/{verb}", headers=ANY)).status_code == 404
    for actor in (floor.agent, floor.supervisor):
        assert (await actor.http.get(f"/quotes/{made['id']}/pdf")).status_code == 404
    assert await floor.company.digest("quotes", "quote_lines", "events") == before
    hidden = {**desk.body, "owner_id": floor.agent.id}
    answer = await floor.agent.http.post("/quotes", json=hidden)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/customer_id"]
