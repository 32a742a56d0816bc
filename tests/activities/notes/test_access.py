"""A note follows its record: who reads the record reads it, who changes the record writes it."""

import pytest

from tests.factories.companies import Company
from tests.factories.floors import Floor
from tests.factories.grants import share

TABLES = ("notes", "events", "search_documents")


async def _noted(floor: Floor) -> dict[str, tuple[str, str]]:
    """Owner's name → a customer of theirs and a note about it."""
    made = {}
    for name in ("supervisor", "agent", "mate", "stranger"):
        actor = getattr(floor, name)
        customer = await actor.create("/customers", name=f"Of {name}")
        note = await actor.create(
            "/notes", subject_type="customers", subject_id=customer["id"], body="secret"
        )
        made[name] = (customer["id"], note["id"])
    return made


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("supervisor", {"supervisor", "agent", "mate"}),
        ("agent", {"agent"}),
        ("mate", {"mate"}),
        ("stranger", {"stranger"}),
    ],
)
async def test_reach_is_that_of_the_subject(floor: Floor, who: str, sees: set[str]) -> None:
    made = await _noted(floor)
    http = getattr(floor, who).http
    listed = (await http.get("/notes?include_total=true")).json()
    assert {row["id"] for row in listed["data"]} == {made[name][1] for name in sees}
    assert listed["page"]["total"] == len(sees)
    found = (await http.get("/search?q=secret&types=notes")).json()["data"]
    assert {hit["id"] for hit in found} == {made[name][1] for name in sees}
    for name, (customer_id, note_id) in made.items():
        seen = name in sees
        about = {"subject_type": "customers", "subject_id": customer_id}
        assert len((await http.get("/notes", params=about)).json()["data"]) == seen
        before = await floor.company.digest(*TABLES)
        statuses = [
            (await http.get(f"/notes/{note_id}")).status_code,
            (await http.patch(f"/notes/{note_id}", json={"body": "other"})).status_code,
            (await http.post("/notes", json={**about, "body": "mine"})).status_code,
            (await http.delete(f"/notes/{note_id}")).status_code,
        ]
        assert statuses == ([200, 200, 201, 204] if seen else [404, 404, 422, 404]), name
        if not seen:
            assert await floor.company.digest(*TABLES) == before


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("administrator", [403, 403, 403, 403, 403]),
        ("executive", [200, 200, 403, 403, 403]),
        ("marketer", [200, 200, 403, 403, 403]),
        ("support_agent", [200, 200, 403, 403, 403]),  # reads customers, does not change them
        ("integration", [200, 200, 201, 200, 204]),
    ],
)
async def test_role_by_action(floor: Floor, role: str, statuses: list[int]) -> None:
    made = await _noted(floor)
    customer_id, note_id = made["agent"]
    http = (await floor.company.user(role)).http
    before = await floor.company.digest(*TABLES)
    about = {"subject_type": "customers", "subject_id": customer_id}
    answers = [
        await http.get("/notes"),
        await http.get(f"/notes/{note_id}"),
        await http.post("/notes", json={**about, "body": "x"}),
        await http.patch(f"/notes/{note_id}", json={"body": "y"}),
        await http.delete(f"/notes/{note_id}"),
    ]
    assert [answer.status_code for answer in answers] == statuses
    assert (await floor.company.digest(*TABLES) == before) == (role != "integration")


async def test_a_support_agent_writes_about_contacts(company: Company) -> None:
    contact = await company.owner.create("/contacts", name="李娜")
    http = (await company.user("support_agent")).http
    body = {"subject_type": "contacts", "subject_id": contact["id"], "body": "called"}
    assert (await http.post("/notes", json=body)).status_code == 201


@pytest.mark.parametrize(("level", "created"), [("read", 403), ("write", 201)])
async def test_a_shared_record_shares_its_notes(floor: Floor, level: str, created: int) -> None:
    customer = await floor.stranger.create("/customers", name="Acme")
    about = {"subject_type": "customers", "subject_id": customer["id"]}
    note = await floor.stranger.create("/notes", **about, body="x")
    await share(floor.company, "customers", customer["id"], floor.agent.id, level)
    assert (await floor.agent.http.get(f"/notes/{note['id']}")).status_code == 200
    assert (await floor.agent.http.post("/notes", json={**about, "body": "y"})).status_code == created
    assert (await floor.mate.http.get(f"/notes/{note['id']}")).status_code == 404


async def test_another_company_sees_nothing(company: Company, other_company: Company) -> None:
    customer = await company.owner.create("/customers", name="Acme")
    about = {"subject_type": "customers", "subject_id": customer["id"]}
    note = await company.owner.create("/notes", **about, body="x")
    http = other_company.owner.http
    assert (await http.get(f"/notes/{note['id']}")).status_code == 404
    assert (await http.get("/notes", params=about)).json()["data"] == []
    assert (await http.post("/notes", json={**about, "body": "x"})).status_code == 422
