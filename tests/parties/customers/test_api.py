"""Customers over HTTP: create, read, change, delete, restore, find."""

from typing import Any

import pytest

from tests.factories.companies import Company
from tests.factories.floors import Floor

FULL: dict[str, Any] = {
    "kind": "company",
    "name": "上海智达科技有限公司",
    "code": "C-1024",
    "level": "A",
    "category": "direct",
    "industry": "software",
    "source": "referral",
    "region": "华东",
    "address": "世纪大道 100 号",
    "phones": ["+86 21 5012 3456"],
    "emails": ["Info@Zhida.example"],
    "website": "https://zhida.example",
    "tax_id": "91310115MA1K41234",
    "lifecycle": "customer",
    "next_contact_at": "2026-12-01T09:00:00+08:00",
    "external_ids": [{"source": "maven", "key": "1"}],
}


async def test_a_created_customer_is_read_back_as_it_was_answered(company: Company) -> None:
    made = await company.owner.create("/customers", **FULL)

    assert made.pop("possible_duplicates") == []
    shown = {
        **FULL,
        "phones": [{"raw": "+86 21 5012 3456", "value": "+862150123456"}],
        "emails": [{"raw": "Info@Zhida.example", "value": "info@zhida.example"}],
        "next_contact_at": "2026-12-01T01:00:00Z",
    }
    assert {name: made[name] for name in shown} == shown
    assert (made["version"], made["owner_id"], made["redacted"]) == (1, company.owner.id, [])
    assert made["created_at"] == made["updated_at"] >= made["lifecycle_entered_at"]
    read = await company.owner.http.get(f"/customers/{made['id']}")
    assert (read.status_code, read.json()) == (200, made)
    assert (await company.owner.http.get("/customers")).json()["data"] == [made]
    assert (await company.owner.http.post("/customers/query", json={})).json()["data"] == [made]


async def test_what_is_left_out_takes_its_default(company: Company) -> None:
    made = await company.owner.create("/customers", name="李娜", kind="person")

    assert (made["lifecycle"], made["phones"], made["external_ids"]) == ("prospect", [], [])
    assert (made["code"], made["parent_id"], made["team_id"], made["deleted_at"]) == (None, None, None, None)
    assert {made["created_by"], made["updated_by"], made["owner_id"]} == {company.owner.id}


async def test_a_client_may_choose_the_id_once(company: Company) -> None:
    chosen = "0199F3A2-7C1E-7B64-9D0A-5E2C4B8F6A10"
    made = await company.owner.create("/customers", name="Acme", id=chosen)
    again = await company.owner.http.post("/customers", json={"name": "Other", "id": chosen})

    assert made["id"] == chosen.lower()
    assert (again.status_code, again.json()["code"]) == (409, "id_taken")
    assert again.json()["errors"][0]["pointer"] == "/id"
    assert [row["name"] for row in await company.rows("customers")] == ["Acme"]


async def test_a_change_keeps_what_is_absent_clears_what_is_null_and_replaces_lists(company: Company) -> None:
    made = await company.owner.create("/customers", **FULL)
    change = {"level": None, "phones": ["13800138000"], "emails": [], "name": "Zhida Ltd"}

    changed = (await company.owner.http.patch(f"/customers/{made['id']}", json=change)).json()

    assert changed == {
        **{name: value for name, value in made.items() if name != "possible_duplicates"},
        "level": None,
        "phones": [{"raw": "13800138000", "value": "+8613800138000"}],
        "emails": [],
        "name": "Zhida Ltd",
        "version": 2,
        "updated_at": changed["updated_at"],
    }
    assert changed["updated_at"] > made["updated_at"]
    assert (await company.owner.http.get(f"/customers/{made['id']}")).json() == changed


async def test_a_change_that_changes_nothing_writes_nothing(company: Company) -> None:
    made = await company.owner.create("/customers", **FULL)
    before = await company.digest("customers", "events", "external_ids", "search_documents")

    answer = await company.owner.http.patch(f"/customers/{made['id']}", json=FULL)

    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert (await company.owner.http.patch(f"/customers/{made['id']}", json={})).json()["version"] == 1
    assert await company.digest("customers", "events", "external_ids", "search_documents") == before


async def test_every_change_leaves_one_event_with_its_diff(company: Company) -> None:
    made = await company.owner.create("/customers", name="Acme", level="A")
    one, http = f"/customers/{made['id']}", company.owner.http
    await http.patch(one, json={"level": "B", "industry": "software"})
    await http.delete(one)
    await http.post(f"{one}/restore")

    events = sorted(await company.rows("events", record_id=made["id"]), key=lambda event: event["version"])
    assert [(event["type"], event["version"]) for event in events] == [
        ("customer.created", 1),
        ("customer.updated", 2),
        ("customer.deleted", 3),
        ("customer.restored", 4),
    ]
    assert events[0]["changes"]["name"] == {"from": None, "to": "Acme"}
    assert events[1]["changes"] == {
        "level": {"from": "A", "to": "B"},
        "industry": {"from": None, "to": "software"},
    }
    assert list(events[2]["changes"]) == list(events[3]["changes"]) == ["deleted_at"]
    assert {str(event["actor_id"]) for event in events} == {company.owner.id}


async def test_a_deleted_customer_is_gone_until_it_is_restored(company: Company) -> None:
    made = await company.owner.create("/customers", name="Acme")
    one, http = f"/customers/{made['id']}", company.owner.http

    assert (await http.post(f"{one}/restore")).status_code == 404
    deleted = await http.delete(one)
    assert (deleted.status_code, deleted.content) == (204, b"")
    for method, path, body in (
        ("GET", one, None),
        ("PATCH", one, {"name": "x"}),
        ("DELETE", one, None),
        ("POST", f"{one}/assign", {"owner_id": None}),
    ):
        assert (await http.request(method, path, json=body)).status_code == 404, (method, path)
    assert (await http.get("/customers?q=acme")).json()["data"] == []

    restored = await http.post(f"{one}/restore")
    assert (restored.status_code, restored.json()["deleted_at"], restored.json()["version"]) == (200, None, 3)
    assert (await http.get(one)).json() == restored.json()


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("智达", True),
        ("上海智", True),
        ("海达", False),
        ("zhi", True),
        ("ZHID", True),
        ("hida", False),
        ("c-10", True),
        ("智达 zhida", True),
        ("智达 acme", False),
        ("info@zhida.example", True),
        ("3456", True),
        ("50123456", True),
        ("  ", True),
        ("!", False),
    ],
)
async def test_q_finds_fragments_and_prefixes(company: Company, q: str, found: bool) -> None:
    made = await company.owner.create("/customers", **FULL)
    await company.owner.create("/customers", name="Other")

    answer = await company.owner.http.get("/customers", params={"q": q, "sort": "created_at"})
    same = await company.owner.http.post("/customers/query", json={"q": q, "sort": ["created_at"]})

    ids = [record["id"] for record in answer.json()["data"]]
    assert (made["id"] in ids) is found
    assert len(ids) == (2 if not q.strip() else int(found))
    assert [record["id"] for record in same.json()["data"]] == ids


async def test_a_changed_name_is_found_and_the_old_one_is_not(company: Company) -> None:
    made = await company.owner.create("/customers", name="北京云图")
    await company.owner.http.patch(f"/customers/{made['id']}", json={"name": "Zeta"})

    assert (await company.owner.http.get("/customers?q=云图")).json()["data"] == []
    assert len((await company.owner.http.get("/customers?q=zeta")).json()["data"]) == 1


async def test_external_ids_find_their_customer_and_no_other_resource(company: Company) -> None:
    first = await company.owner.create(
        "/customers", name="a", external_ids=[{"source": "erp", "key": "1:2,3"}]
    )
    second = await company.owner.create(
        "/customers", name="b", external_ids=[{"source": "erp", "key": "2"}, {"source": "shop", "key": "1"}]
    )
    await company.owner.create("/contacts", name="c", external_ids=[{"source": "erp", "key": "9"}])

    async def ids(*parameters: tuple[str, str]) -> list[str]:
        answer = await company.owner.http.get("/customers", params=[*parameters, ("sort", "name")])
        assert answer.status_code == 200, answer.text
        return [record["id"] for record in answer.json()["data"]]

    assert await ids(("external_id", "erp:1:2,3")) == [first["id"]]
    assert await ids(("external_id", "shop:1")) == [second["id"]]
    assert await ids(("external_id[in]", "erp:2,shop:1,erp:9")) == [second["id"]]
    assert await ids(("external_id[in]", "erp:1:2,3"), ("external_id[in]", "erp:2")) == [
        first["id"],
        second["id"],
    ]
    assert await ids(("external_id", "erp:9")) == await ids(("external_id", "ERP:2")) == []
    await company.owner.http.patch(
        f"/customers/{second['id']}", json={"external_ids": [{"source": "erp", "key": "5"}]}
    )
    assert await ids(("external_id[in]", "erp:2,shop:1")) == []
    assert await ids(("external_id", "erp:5")) == [second["id"]]


async def test_two_companies_share_nothing(company: Company, other_company: Company) -> None:
    keys = {"code": "C1", "tax_id": "T1", "external_ids": [{"source": "erp", "key": "1"}]}
    mine = await company.owner.create("/customers", name="Acme Ltd", **keys)
    theirs = await other_company.owner.create("/customers", name="Acme", **keys)

    assert mine["possible_duplicates"] == theirs["possible_duplicates"] == []
    found = (await other_company.owner.http.get("/customers?q=acme&include_total=true")).json()
    assert ([record["id"] for record in found["data"]], found["page"]["total"]) == ([theirs["id"]], 1)
    assert (await other_company.owner.http.get(f"/customers/{mine['id']}")).status_code == 404


async def test_the_team_of_a_customer_is_the_team_of_its_owner(floor: Floor) -> None:
    made = await floor.company.owner.create("/customers", name="Acme", owner_id=floor.agent.id)

    assert made["team_id"] == floor.city
    refused = await floor.company.owner.http.patch(f"/customers/{made['id']}", json={"team_id": floor.south})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "unknown_field"
