"""An interaction follows its record: who reads the record reads it, who changes the record writes it."""

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.floors import Floor

TABLES = ("interactions", "customers", "events", "search_documents")
TOLD = {"kind": "call", "summary": "secret"}
# get, create, patch, delete, about a customer of an account manager
STATUSES = {
    "administrator": [403, 403, 403, 403],
    "sales_supervisor": [404, 422, 404, 404],  # of another team
    "account_manager": [404, 422, 404, 404],
    "executive": [200, 403, 403, 403],
    "support_agent": [200, 403, 403, 403],  # reads customers, does not change them
    "marketer": [200, 403, 403, 403],
    "integration": [200, 201, 200, 204],
}


async def test_reach_is_that_of_the_subject(floor: Floor) -> None:
    made = {}
    for name in ("supervisor", "agent", "mate", "stranger"):
        actor = getattr(floor, name)
        customer = await actor.create("/customers", name=f"Of {name}")
        about = {"subject_type": "customers", "subject_id": customer["id"]}
        made[name] = (about, (await actor.create("/interactions", **TOLD, **about))["id"])
    sees = {"supervisor": {"supervisor", "agent", "mate"}, "agent": {"agent"}, "stranger": {"stranger"}}
    for who, seen in sees.items():
        http = getattr(floor, who).http
        listed = (await http.get("/interactions?include_total=true")).json()
        assert {row["id"] for row in listed["data"]} == {made[name][1] for name in seen}
        assert listed["page"]["total"] == len(seen)
        found = (await http.get("/search?q=secret&types=interactions")).json()["data"]
        assert {hit["id"] for hit in found} == {made[name][1] for name in seen}
    for name in ("agent", "stranger"):
        about, interaction_id = made[name]
        before = await floor.company.digest(*TABLES)
        http, path = floor.mate.http, f"/interactions/{interaction_id}"
        statuses = [
            (await http.get(path)).status_code,
            (await http.post("/interactions", json={**TOLD, **about})).status_code,
            (await http.patch(path, json={"summary": "x"})).status_code,
            (await http.delete(path)).status_code,
        ]
        assert statuses == [404, 422, 404, 404]
        assert await floor.company.digest(*TABLES) == before


async def test_role_by_action(floor: Floor) -> None:
    assert set(STATUSES) == set(DEFAULT_ROLES)
    customer = await floor.agent.create("/customers", name="Acme")
    about = {"subject_type": "customers", "subject_id": customer["id"]}
    path = f"/interactions/{(await floor.agent.create('/interactions', **TOLD, **about))['id']}"
    for role, statuses in STATUSES.items():
        http = (await floor.company.user(role, team_id=floor.south)).http
        before = await floor.company.digest(*TABLES)
        answers = [
            await http.get(path),
            await http.post("/interactions", json={**TOLD, **about}),
            await http.patch(path, json={"summary": "other"}),
            await http.delete(path),
        ]
        assert [answer.status_code for answer in answers] == statuses, role
        assert (await floor.company.digest(*TABLES) == before) == (role != "integration"), role


async def test_the_deal_of_one_moves_the_customer_of_another(floor: Floor) -> None:
    """Whoever works on a deal counts for its customer, without a right to change it."""
    customer = await floor.stranger.create("/customers", name="Acme")
    deal = await floor.company.owner.create(
        "/opportunities", name="x", customer_id=customer["id"], owner_id=floor.agent.id
    )
    about = {"subject_type": "opportunities", "subject_id": deal["id"]}
    said = await floor.agent.create("/interactions", **TOLD, **about)
    shown = (await floor.stranger.http.get(f"/customers/{customer['id']}")).json()
    assert (shown["last_contact_at"], shown["version"]) == (said["happened_at"], 2)
    assert (await floor.stranger.http.get(f"/interactions/{said['id']}")).status_code == 404
    events = await floor.company.rows("events", record_id=customer["id"], type="customer.updated")
    assert [(str(event["actor_id"]), str(event["owner_id"])) for event in events] == [
        (floor.agent.id, floor.stranger.id)
    ]


async def test_another_company_sees_nothing(company: Company, other_company: Company) -> None:
    customer = await company.owner.create("/customers", name="Acme")
    about = {"subject_type": "customers", "subject_id": customer["id"]}
    made = await company.owner.create("/interactions", **TOLD, **about)
    http = other_company.owner.http
    assert (await http.get(f"/interactions/{made['id']}")).status_code == 404
    assert (await http.get("/interactions", params=about)).json()["data"] == []
    assert (await http.post("/interactions", json={**TOLD, **about})).status_code == 422
