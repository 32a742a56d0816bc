"""Several records in one request, and records by the keys of other systems."""

import asyncio
from typing import Any

import pytest

from crm_api.kit.writers import WRITERS
from tests.factories.companies import Company
from tests.factories.floors import Floor

ERP = {"source": "erp", "key": "1"}


async def batch(company: Company, *operations: dict[str, Any], mode: str = "partial") -> Any:
    body = {"mode": mode, "operations": list(operations)}
    return await company.owner.http.post("/customers/batch", json=body)


def create(name: str, **data: Any) -> dict[str, Any]:
    return {"op": "create", "data": {"name": name, **data}}


async def test_every_resource_that_is_written_offers_it() -> None:
    assert set(WRITERS) == {
        "users", "teams", "customers", "contacts", "products", "dictionary_types", "dictionary_items",
        "custom_fields", "pipelines", "opportunities", "development_plans", "leads", "notes", "interactions", "tasks",
        "price_books", "quotes", "approval_flows", "contracts", "warehouses", "orders", "exchange_rates",
        "receivables", "payments", "invoices", "expense_claims",
    }  # fmt: skip


async def test_a_partial_batch_does_what_can_be_done(company: Company) -> None:
    first = await company.owner.create("/customers", name="First")
    gone = await company.owner.create("/customers", name="Gone")
    answer = await batch(
        company,
        create("A", code="C-1"),
        create("B", code="C-1"),
        {"op": "update", "id": first["id"], "data": {"level": "A"}, "if_version": 1},
        {"op": "update", "id": first["id"], "data": {"level": "B"}, "if_version": 1},
        {"op": "delete", "id": gone["id"]},
        {"op": "delete", "id": gone["id"]},
        {"op": "create", "data": {"name": "", "nam": 1}},
        {"op": "upsert", "external": ERP, "data": {"name": "U"}},
        {"op": "upsert", "external": ERP, "data": {"level": "C"}},
        {"op": "update", "external": ERP, "data": {"region": "华东"}},
        {"op": "delete", "external": {**ERP, "key": "2"}},
    )
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["index"] for result in results] == list(range(11))
    assert [result["status"] for result in results] == [
        201, 409, 200, 412, 204, 404, 422, 201, 200, 200, 404,
    ]  # fmt: skip
    assert answer.json()["counts"] == {"created": 2, "updated": 3, "deleted": 1, "failed": 5}
    duplicate = results[1]["error"]
    assert (duplicate["code"], duplicate["duplicates"]) == (
        "duplicate",
        [{"id": results[0]["id"], "field": "code"}],
    )
    assert [(fault["pointer"], fault["code"]) for fault in results[6]["error"]["errors"]] == [
        ("/name", "too_short"),
        ("/nam", "unknown_field"),
    ]
    assert [result["error"] for result in results if result["status"] < 300] == [None] * 6
    stored = {row["name"]: row for row in await company.rows("customers")}
    assert set(stored) == {"First", "Gone", "A", "U"}
    assert (stored["First"]["level"], stored["First"]["version"]) == ("A", 2)
    assert (stored["U"]["level"], stored["U"]["region"], stored["U"]["version"]) == ("C", "华东", 3)
    assert stored["U"]["external_ids"] == [ERP]
    types = sorted(event["type"] for event in await company.rows("events", resource="customers"))
    assert types == sorted(["customer.created"] * 4 + ["customer.updated"] * 3 + ["customer.deleted"])


async def test_an_atomic_batch_does_all_or_nothing(company: Company) -> None:
    before = await company.rows("events")
    failed = await batch(company, create("A"), create("B", code="C"), create("D", code="C"), mode="atomic")
    assert (failed.status_code, failed.json()["code"]) == (422, "batch_failed")
    assert failed.json()["errors"][0]["pointer"] == "/operations/2/data/code"
    assert failed.json()["failed"] == {"index": 2, "status": 409}
    assert await company.rows("customers") == []
    assert await company.rows("events") == before
    done = await batch(company, create("A"), create("B"), mode="atomic")
    assert done.json()["counts"] == {"created": 2, "updated": 0, "deleted": 0, "failed": 0}


async def test_each_operation_needs_its_own_right(floor: Floor) -> None:
    company = floor.company
    agent = await company.user("support_agent", team_id=floor.city)
    made = await company.owner.create("/contacts", name="Li")
    operations = [
        {"op": "create", "data": {"name": "Wang"}},
        {"op": "update", "id": made["id"], "data": {"title": "CTO"}},
        {"op": "delete", "id": made["id"]},
    ]
    body = {"mode": "partial", "operations": operations}
    answer = await agent.http.post("/contacts/batch", json=body)
    assert [result["status"] for result in answer.json()["results"]] == [201, 200, 403]
    executive = await company.user("executive")
    assert (await executive.http.post("/contacts/batch", json=body)).status_code == 403


async def test_a_batch_reaches_no_further_than_its_sender(floor: Floor) -> None:
    theirs = await floor.stranger.create("/customers", name="Theirs", external_ids=[ERP])
    before = await floor.company.rows("customers")
    operations = [
        {"op": "update", "id": theirs["id"], "data": {"level": "A"}},
        {"op": "update", "external": ERP, "data": {"level": "A"}},
        {"op": "delete", "id": theirs["id"]},
        # the key is taken, and who holds it is not told
        {"op": "upsert", "external": ERP, "data": {"name": "Mine"}},
    ]
    answer = await floor.agent.http.post(
        "/customers/batch", json={"mode": "partial", "operations": operations}
    )
    assert [result["status"] for result in answer.json()["results"]] == [404, 404, 404, 409]
    assert answer.json()["results"][3]["error"]["duplicates"] == []
    assert await floor.company.rows("customers") == before


@pytest.mark.parametrize(
    ("operation", "pointer", "code"),
    [
        ({"op": "update", "data": {}}, "/id", "id_or_external"),
        (
            {"op": "update", "id": "01930b2e-6f00-7000-8000-000000000001", "external": ERP},
            "/id",
            "id_or_external",
        ),
        ({"op": "upsert", "id": "01930b2e-6f00-7000-8000-000000000001"}, "/external", "required"),
    ],
)
async def test_an_operation_names_one_record(
    company: Company, operation: dict[str, Any], pointer: str, code: str
) -> None:
    result = (await batch(company, operation)).json()["results"][0]
    assert (result["status"], result["error"]["errors"][0]["pointer"]) == (422, pointer)
    assert result["error"]["errors"][0]["code"] == code


async def test_its_own_shape_is_checked_before_anything(company: Company) -> None:
    for body in (
        {"mode": "partial", "operations": []},
        {"mode": "partial", "operations": [create("x")] * 201},
        {"mode": "both", "operations": [create("x")]},
        {"mode": "partial", "operations": [{"op": "merge"}]},
        {"operations": [create("x")]},
        {"mode": "partial", "operations": [create("x") | {"if_version": 0}]},
    ):
        assert (await company.owner.http.post("/customers/batch", json=body)).status_code == 422
    assert await company.rows("customers") == []


async def test_a_whole_batch_is_repeated_under_its_key(company: Company) -> None:
    body = {"mode": "partial", "operations": [create("A"), {"op": "create", "data": {}}]}
    answers = [
        await company.owner.http.post("/customers/batch", json=body, headers={"Idempotency-Key": "b"})
        for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
    assert len(await company.rows("customers")) == 1


async def test_put_by_external_key_creates_then_changes(company: Company) -> None:
    http = company.owner.http
    path = "/customers/by-external/erp/K%2F1"
    made = await http.put(path, json={"name": "Acme"})
    assert (made.status_code, made.json()["external_ids"]) == (201, [{"source": "erp", "key": "K/1"}])
    assert made.headers["location"] == f"/api/v1/customers/{made.json()['id']}"
    changed = await http.put(path, json={"name": "Acme 2"})
    assert (changed.status_code, changed.json()["id"], changed.json()["version"]) == (
        200,
        made.json()["id"],
        2,
    )
    assert (await http.put(path, json={"nam": 1})).status_code == 422
    assert (await http.put("/customers/by-external/e%20rp/1", json={"name": "x"})).status_code == 422
    assert len(await company.rows("customers")) == 1


async def test_of_parallel_upserts_of_one_key_one_creates(company: Company) -> None:
    http = company.owner.http
    answers = await asyncio.gather(
        *(http.put("/customers/by-external/erp/1", json={"name": f"N{n}"}) for n in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await company.rows("customers")) == 1
