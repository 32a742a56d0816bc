"""Who may do what with whose contact."""

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.floors import Floor
from tests.factories.matrix import DONE, PLACES, Matrix, expected

REACH = {
    "administrator": {},
    "sales_supervisor": dict.fromkeys(DONE, "subtree"),
    "account_manager": dict.fromkeys(("get", "create", "patch", "delete"), "own"),
    "executive": {"get": "all"},
    "support_agent": dict.fromkeys(("get", "create", "patch"), "all"),
    "marketer": {"get": "all"},
    "integration": dict.fromkeys(DONE, "all"),
}


async def test_role_by_action_by_place(company: Company) -> None:
    assert set(REACH) == set(DEFAULT_ROLES)
    matrix = Matrix(company, "/contacts", {"name": "李娜"})
    await matrix.furnish()
    for role, reaches in REACH.items():
        for action in DONE:
            for place in PLACES:
                should = expected(reaches.get(action, "none"), action, place)
                assert await matrix.status(role, action, place) == should, (role, action, place)


async def test_a_contact_is_seen_by_its_own_owner_not_by_its_customers(floor: Floor) -> None:
    customer = await floor.agent.create("/customers", name="Acme")
    made = await floor.company.owner.create(
        "/contacts", name="李娜", customer_id=customer["id"], owner_id=floor.stranger.id
    )

    assert (await floor.agent.http.get(f"/contacts/{made['id']}")).status_code == 404
    assert (await floor.agent.http.get(f"/contacts?customer_id={customer['id']}")).json()["data"] == []
    seen = (await floor.stranger.http.get(f"/contacts/{made['id']}")).json()
    assert seen["customer_id"] == customer["id"]


async def test_marketers_see_no_way_to_reach_a_person(company: Company) -> None:
    made = await company.owner.create(
        "/contacts",
        name="李娜",
        phones=["13800138765"],
        emails=["li@acme.example"],
        im_ids=[{"kind": "wechat", "value": "li"}],
    )
    marketer = await company.user("marketer")

    for record in (
        (await marketer.http.get(f"/contacts/{made['id']}")).json(),
        (await marketer.http.get("/contacts")).json()["data"][0],
        (await marketer.http.post("/contacts/query", json={})).json()["data"][0],
    ):
        assert record == {
            **made,
            "phones": None,
            "emails": None,
            "im_ids": None,
            "redacted": ["emails", "im_ids", "phones"],
        }
    for q in ("8765", "13800138765", "li@acme.example"):
        assert (await marketer.http.get("/contacts", params={"q": q})).json()["data"] == []
        assert len((await company.owner.http.get("/contacts", params={"q": q})).json()["data"]) == 1
