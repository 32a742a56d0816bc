"""What makes two customers the same, and which belongs to which."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.factories.companies import Company
from tests.factories.floors import Floor

KEYS = [
    {"code": "C-1"},
    {"tax_id": "91310115MA1K41234"},
    {"external_ids": [{"source": "erp", "key": "7"}]},
]


def refused_as_duplicate(answer: httpx.Response, field: str, other: str | None) -> None:
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate"), answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/{field}"]
    assert answer.json()["duplicates"] == ([{"id": other, "field": field}] if other else [])


@pytest.mark.parametrize("key", KEYS, ids=["code", "tax_id", "external_id"])
async def test_an_equal_key_is_refused_and_names_the_other_customer_if_it_is_visible(
    floor: Floor, key: dict[str, Any]
) -> None:
    company, field = floor.company, next(iter(key))
    taken = await floor.stranger.create("/customers", name="Taken", **key)
    mine = await floor.agent.create("/customers", name="Mine")
    before = await company.digest(
        "customers", "events", "external_ids", "search_documents", "ownership_periods"
    )

    for http, other in ((company.owner.http, taken["id"]), (floor.agent.http, None)):
        refused_as_duplicate(await http.post("/customers", json={"name": "New", **key}), field, other)
        refused_as_duplicate(await http.patch(f"/customers/{mine['id']}", json=key), field, other)

    assert before == await company.digest(
        "customers", "events", "external_ids", "search_documents", "ownership_periods"
    )


@pytest.mark.parametrize("key", KEYS, ids=["code", "tax_id", "external_id"])
async def test_a_deletion_frees_the_key_and_a_restoration_wants_it_back(
    company: Company, key: dict[str, Any]
) -> None:
    http, field = company.owner.http, next(iter(key))
    first = await company.owner.create("/customers", name="First", **key)
    await http.delete(f"/customers/{first['id']}")
    second = await company.owner.create("/customers", name="Second", **key)

    refused_as_duplicate(await http.post(f"/customers/{first['id']}/restore"), field, second["id"])
    assert (await http.get(f"/customers/{first['id']}")).status_code == 404
    await http.delete(f"/customers/{second['id']}")
    restored = await http.post(f"/customers/{first['id']}/restore")
    assert (restored.status_code, restored.json()[field]) == (200, key[field])
    if field == "external_ids":
        found = (await http.get("/customers?external_id=erp:7")).json()["data"]
        assert [record["id"] for record in found] == [first["id"]]
        assert len(await company.rows("external_ids")) == 1


async def test_an_external_id_is_unique_for_its_resource_only(company: Company) -> None:
    key = {"external_ids": [{"source": "erp", "key": "7"}]}
    await company.owner.create("/customers", name="a", **key)
    await company.owner.create("/contacts", name="a", **key)
    await company.owner.create("/products", name="a", code="a", **key)
    await company.owner.create("/customers", name="b", external_ids=[{"source": "ERP", "key": "7"}])


async def test_of_two_at_once_one_gets_the_code(company: Company) -> None:
    answers = await asyncio.gather(
        *(company.owner.http.post("/customers", json={"name": f"c{n}", "code": "C"}) for n in range(5))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert (
        len(await company.rows("customers")) == len(await company.rows("events", resource="customers")) == 1
    )


async def test_similar_names_are_reported_and_never_refused(floor: Floor) -> None:
    company = floor.company
    first = await floor.agent.create("/customers", name="上海智达科技有限公司")
    hidden = await floor.stranger.create("/customers", name="上海智达科技")
    deleted = await floor.agent.create("/customers", name="上海智达科技股份有限公司")
    await floor.agent.http.delete(f"/customers/{deleted['id']}")

    mine = await floor.agent.create("/customers", name="上海智达科技 有限责任公司")
    other = await floor.agent.create("/customers", name="北京智达科技有限公司")
    all_of_them = await company.owner.create("/customers", name="上海智达科技")

    assert hidden["possible_duplicates"] == other["possible_duplicates"] == []
    alike = {"id": first["id"], "name": "上海智达科技有限公司", "reason": "same_name"}
    assert mine["possible_duplicates"] == [alike]
    assert {record["id"] for record in all_of_them["possible_duplicates"]} == {
        first["id"],
        hidden["id"],
        mine["id"],
    }


async def test_at_most_five_similar_customers_are_reported(company: Company) -> None:
    for _ in range(6):
        made = await company.owner.create("/customers", name="Acme Inc.")
    assert len(made["possible_duplicates"]) == 5


def refused_at(answer: httpx.Response, pointer: str, code: str) -> None:
    assert answer.status_code == 422, answer.text
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]


async def test_a_customer_belongs_to_no_customer_below_it(company: Company) -> None:
    http = company.owner.http
    top = await company.owner.create("/customers", name="Group")
    middle = await company.owner.create("/customers", name="Subsidiary", parent_id=top["id"])
    bottom = await company.owner.create("/customers", name="Branch", parent_id=middle["id"])
    before = await company.digest("customers", "events")

    for below in (top, middle, bottom):
        answer = await http.patch(f"/customers/{top['id']}", json={"parent_id": below["id"]})
        refused_at(answer, "/parent_id", "parent_cycle")
    refused_at(
        await http.patch(f"/customers/{middle['id']}", json={"parent_id": bottom["id"]}),
        "/parent_id",
        "parent_cycle",
    )
    assert await company.digest("customers", "events") == before

    moved = await http.patch(f"/customers/{bottom['id']}", json={"parent_id": top["id"]})
    assert (moved.status_code, moved.json()["parent_id"]) == (200, top["id"])
    freed = await http.patch(f"/customers/{middle['id']}", json={"parent_id": None})
    assert (freed.status_code, freed.json()["parent_id"]) == (200, None)
    under = await http.patch(f"/customers/{top['id']}", json={"parent_id": middle["id"]})
    assert under.status_code == 200
    found = (await http.get(f"/customers?parent_id={top['id']}")).json()["data"]
    assert [record["id"] for record in found] == [bottom["id"]]


async def test_two_changes_at_once_close_no_circle(company: Company) -> None:
    pairs = [[await company.owner.create("/customers", name=name) for name in ("a", "b")] for _ in range(5)]

    async def put(child: dict[str, Any], parent: dict[str, Any]) -> int:
        answer = await company.owner.http.patch(f"/customers/{child['id']}", json={"parent_id": parent["id"]})
        return answer.status_code

    for a, b in pairs:
        assert sorted(await asyncio.gather(put(a, b), put(b, a))) == [200, 422]


async def test_a_parent_must_be_a_customer_in_sight(floor: Floor, other_company: Company) -> None:
    mine = await floor.agent.create("/customers", name="Mine")
    hidden = await floor.stranger.create("/customers", name="Hidden")
    below = await floor.company.owner.create(
        "/customers", name="Below", parent_id=mine["id"], owner_id=floor.stranger.id
    )
    deleted = await floor.agent.create("/customers", name="Deleted")
    await floor.agent.http.delete(f"/customers/{deleted['id']}")
    contact = await floor.agent.create("/contacts", name="Contact")
    foreign = await other_company.owner.create("/customers", name="Foreign")
    absent = "01930b2e-6f00-7000-8000-000000000001"

    for parent_id in (hidden["id"], below["id"], deleted["id"], contact["id"], foreign["id"], absent):
        for answer in (
            await floor.agent.http.post("/customers", json={"name": "x", "parent_id": parent_id}),
            await floor.agent.http.patch(f"/customers/{mine['id']}", json={"parent_id": parent_id}),
        ):
            refused_at(answer, "/parent_id", "reference_not_found")
            assert answer.json()["errors"][0]["params"] == {"resource": "customer"}


async def test_a_stage_of_the_relation_keeps_its_date_until_the_next(company: Company) -> None:
    made = await company.owner.create("/customers", name="Acme")
    one = f"/customers/{made['id']}"

    same = (await company.owner.http.patch(one, json={"lifecycle": "prospect", "level": "A"})).json()
    later = (await company.owner.http.patch(one, json={"lifecycle": "customer"})).json()

    assert same["lifecycle_entered_at"] == made["lifecycle_entered_at"] is not None
    assert later["lifecycle_entered_at"] > made["lifecycle_entered_at"]
