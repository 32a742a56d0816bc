"""What users of other systems complain of, where it is the business of no single resource."""

from typing import Any

import pytest

from crm_api.integrations.changes.relay import relay_tenant
from tests.factories.companies import Actor, Company
from tests.factories.statements import Statements


async def walked(actor: Actor, path: str, limit: int) -> list[dict[str, Any]]:
    seen, cursor = [], ""
    while cursor is not None:
        page = (await actor.http.get(f"{path}&limit={limit}{cursor}")).json()
        seen += page["data"]
        cursor = page["page"]["next_cursor"] and f"&cursor={page['page']['next_cursor']}"
    return seen


@pytest.mark.parametrize(
    "name", ["after", "starting_after", "offset", "page", "page[number]", "skip", "cursors"]
)
async def test_a_way_to_the_next_page_that_is_none_is_never_the_first_page(
    company: Company, name: str
) -> None:
    answer = await company.owner.http.get("/customers", params={name: "1"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown_parameter")
    assert answer.json()["errors"][0]["parameter"] == name


async def test_a_related_list_has_no_end_before_its_last_row(company: Company) -> None:
    customer, other = [await company.owner.create("/customers", name=name) for name in "ab"]
    made = [
        await company.owner.create("/contacts", name="Same", customer_id=customer["id"]) for _ in range(7)
    ]
    await company.owner.create("/contacts", name="Same", customer_id=other["id"])
    found = await walked(company.owner, f"/contacts?customer_id={customer['id']}&sort=name", 2)
    assert [row["id"] for row in found] == sorted(row["id"] for row in made)


async def test_nothing_is_counted_unless_it_is_asked_for(company: Company, statements: Statements) -> None:
    await company.owner.create("/customers", name="Acme")
    async with statements.counted() as sent:
        page = (await company.owner.http.get("/customers")).json()["page"]
    assert (set(page), "count(" in " ".join(sent.sent).lower()) == (
        {"next_cursor", "prev_cursor", "has_more"},
        False,
    )
    page = (await company.owner.http.get("/customers?include_total=true")).json()["page"]
    assert (page["total"], page["total_is_capped"]) == (1, False)


async def test_a_batch_tells_of_every_record_once(company: Company) -> None:
    known = await company.owner.create("/customers", name="Known", code="K")
    operations = [
        {"op": "create", "data": {"name": "New"}},
        {"op": "update", "id": known["id"], "data": {"name": "Changed"}},
        {"op": "upsert", "external": {"source": "erp", "key": "1"}, "data": {"name": "Put"}},
        {"op": "create", "data": {"name": "Clash", "code": "K"}},
        {"op": "delete", "id": known["id"]},
    ]
    answer = await company.owner.http.post(
        "/customers/batch", json={"mode": "partial", "operations": operations}
    )
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [201, 200, 201, 409, 204]
    await relay_tenant(company.served.pool, company.tenant_id)
    changes = (await company.owner.http.get("/changes?types=customer.*")).json()["data"]
    assert [(change["type"], change["object"]["id"]) for change in changes] == [
        ("customer.created", known["id"]),
        ("customer.created", results[0]["id"]),
        ("customer.updated", known["id"]),
        ("customer.created", results[2]["id"]),
        ("customer.deleted", known["id"]),
    ]


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati", "America/Sao_Paulo", "UTC"])
async def test_a_date_is_the_same_day_for_everybody(company: Company, zone: str) -> None:
    customer = await company.owner.create("/customers", name="Acme")
    there = await company.user("executive")
    assert (await company.owner.http.patch(f"/users/{there.id}", json={"time_zone": zone})).is_success
    for day in ("2026-03-08", "2026-03-29", "2026-12-31"):
        made = await company.owner.create(
            "/opportunities", name=day, customer_id=customer["id"], expected_close_on=day
        )
        read = (await there.http.get(f"/opportunities/{made['id']}")).json()
        assert read["expected_close_on"] == day
        query = {"expected_close_on[between]": f"{day},{day}", "tz": zone}
        found = (await there.http.get("/opportunities", params=query)).json()["data"]
        assert [row["id"] for row in found] == [made["id"]]
