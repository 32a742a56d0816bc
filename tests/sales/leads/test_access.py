"""Who may do what with whose lead."""

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.floors import Floor
from tests.factories.matrix import DONE, PLACES, Matrix, expected

REACH = {
    "administrator": {},
    "sales_supervisor": dict.fromkeys(DONE, "subtree"),
    "account_manager": dict.fromkeys(("get", "create", "patch", "delete"), "own"),
    "executive": {"get": "all"},
    "support_agent": {},
    "marketer": {"get": "all"},
    "integration": dict.fromkeys(DONE, "all"),
}


async def test_role_by_action_by_place(company: Company) -> None:
    assert set(REACH) == set(DEFAULT_ROLES)
    matrix = Matrix(company, "/leads", {"name": "李娜"})
    await matrix.furnish()
    for role, reaches in REACH.items():
        for action in DONE:
            for place in PLACES:
                should = expected(reaches.get(action, "none"), action, place)
                assert await matrix.status(role, action, place) == should, (role, action, place)


async def test_a_marketer_sees_leads_but_no_way_to_reach_one(company: Company) -> None:
    made = await company.owner.create(
        "/leads", name="李娜", phones=["13800138000"], emails=["li.na@zhida.example"]
    )
    marketer = await company.user("marketer")

    seen = (await marketer.http.get(f"/leads/{made['id']}")).json()

    assert (seen["phones"], seen["emails"], seen["redacted"]) == (None, None, ["emails", "phones"])
    assert (await marketer.http.get("/leads?q=13800138000")).json()["data"] == []


async def test_the_lead_of_somebody_else_is_not_worked_on(floor: Floor) -> None:
    made = await floor.company.owner.create("/leads", name="李娜", owner_id=floor.stranger.id)
    before = await floor.company.digest("leads", "customers", "contacts", "opportunities", "events")
    for verb in ("contact", "qualify", "convert"):
        assert (await floor.agent.http.post(f"/leads/{made['id']}/{verb}")).status_code == 404
        assert (await floor.supervisor.http.post(f"/leads/{made['id']}/{verb}")).status_code == 404
    assert await floor.company.digest("leads", "customers", "contacts", "opportunities", "events") == before
