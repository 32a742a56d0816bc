"""`Prefer: dry-run`: what would happen, and nothing has."""

import pytest

from tests.factories.companies import Company
from tests.factories.floors import Floor

DRY = {"Prefer": "respond-async, dry-run"}
TABLES = (
    "customers",
    "events",
    "ownership_periods",
    "external_ids",
    "search_documents",
    "idempotent_answers",
)


async def _state(company: Company) -> list[object]:
    return [await company.rows(table) for table in TABLES]


async def test_a_create_shows_what_would_be_and_leaves_nothing(company: Company) -> None:
    http = company.owner.http
    await http.post("/customers", json={"name": "Acme Ltd"})
    before = await _state(company)
    body = {"name": "Acme Inc", "external_ids": [{"source": "erp", "key": "1"}]}
    answer = await http.post("/customers", json=body, headers=DRY)
    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "dry-run"
    assert {"etag", "location"}.isdisjoint(answer.headers)
    assert (answer.json()["name"], answer.json()["version"]) == ("Acme Inc", 1)
    assert [found["name"] for found in answer.json()["possible_duplicates"]] == ["Acme Ltd"]
    assert await _state(company) == before


async def test_a_change_a_delete_and_a_verb(company: Company) -> None:
    http = company.owner.http
    made = await company.owner.create("/customers", name="Acme")
    before, one = await _state(company), f"/customers/{made['id']}"
    changed = await http.patch(one, json={"level": "A"}, headers=DRY)
    assert (changed.status_code, changed.json()["level"], changed.json()["version"]) == (200, "A", 2)
    deleted = await http.delete(one, headers=DRY)
    assert (deleted.status_code, deleted.headers["preference-applied"]) == (204, "dry-run")
    assigned = await http.post(f"{one}/assign", json={"owner_id": None}, headers=DRY)
    assert (assigned.status_code, assigned.json()["owner_id"]) == (200, None)
    assert await _state(company) == before


async def test_it_is_refused_as_the_real_one_would_be(floor: Floor) -> None:
    company, agent = floor.company, floor.agent
    taken = await company.owner.create("/customers", name="Acme", code="C-1")
    mine = await agent.create("/customers", name="Mine")
    before = await _state(company)
    for method, path, body, headers, status in (
        ("POST", "/customers", {"name": "B", "code": "C-1"}, {}, 409),
        ("POST", "/customers", {"nam": "B"}, {}, 422),
        ("PATCH", f"/customers/{taken['id']}", {"level": "A"}, {}, 404),
        ("PATCH", f"/customers/{mine['id']}", {"owner_id": floor.mate.id}, {}, 403),
        ("PATCH", f"/customers/{mine['id']}", {"level": "A"}, {"If-Match": '"v3"'}, 412),
    ):
        answer = await agent.http.request(method, path, json=body, headers={**DRY, **headers})
        assert answer.status_code == status, answer.text
    assert await _state(company) == before


async def test_effects_that_leave_last_are_tried_too(company: Company) -> None:
    """External ids are written at the end of a unit: a clash there must be seen as well."""
    http = company.owner.http
    links = [{"source": "erp", "key": "1"}]
    await http.post("/customers", json={"name": "A", "external_ids": links})
    answer = await http.post("/customers", json={"name": "B", "external_ids": links}, headers=DRY)
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")


async def test_a_batch_is_tried_as_a_whole(company: Company) -> None:
    operations = [{"op": "create", "data": {"name": str(n), "code": "same"}} for n in range(2)]
    before = await _state(company)
    answer = await company.owner.http.post(
        "/customers/batch", json={"mode": "partial", "operations": operations}, headers=DRY
    )
    assert [result["status"] for result in answer.json()["results"]] == [201, 409]
    assert await _state(company) == before


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/customers", {"Idempotency-Key": "k"}), ("/auth/login", {}), ("/customers/query", {})],
)
async def test_where_it_would_promise_too_much_it_is_refused(
    company: Company, path: str, headers: dict[str, str]
) -> None:
    bodies = {"/customers": {"name": "A"}, "/auth/login": {"email": "a@b.cn", "password": "x"}}
    answer = await company.owner.http.post(path, json=bodies.get(path, {}), headers={**DRY, **headers})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_header")
    assert await company.rows("customers") == []
