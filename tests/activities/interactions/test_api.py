"""Interactions: what was said and done, by whom, and what comes next."""

from datetime import timedelta
from typing import Any

from crm_api.kit import clock
from tests.factories.companies import Company

UNKNOWN = "01930b2e-6f00-7000-8000-000000000001"
TABLES = ("interactions", "interaction_participants", "customers", "leads", "events")


async def test_an_interaction_is_recorded_read_changed_and_deleted(company: Company) -> None:
    owner, http = company.owner, company.owner.http
    customer = await owner.create("/customers", name="Acme")
    people = [(await owner.create("/contacts", name=name))["id"] for name in ("李娜", "王强", "赵敏")]
    about = {"subject_type": "customers", "subject_id": customer["id"]}
    told = {
        "kind": "meeting",
        "direction": "in",
        "summary": "确认了预算 zephyr",
        "outcome": "同意试用",
        "duration_seconds": 3600,
        "location": "浦东会议室",
        "next_step": "发送报价",
        "happened_at": "2026-03-01T09:00:00+08:00",
        "participants": [{"contact_id": contact} for contact in people[:2]],
    }
    made = await owner.create("/interactions", **told, **about)
    assert {name: made[name] for name in told if name != "participants"} == {
        **{name: value for name, value in told.items() if name != "participants"},
        "happened_at": "2026-03-01T01:00:00Z",
    }
    assert (made["customer_id"], made["created_by"]) == (customer["id"], owner.id)
    path, entries = f"/interactions/{made['id']}", made["participants"]
    assert [entry["contact_id"] for entry in entries] == people[:2]
    assert (await http.get(path)).json() == made

    later = [entries[1], {"contact_id": people[2]}]
    changed = (await http.patch(path, json={"participants": later, "outcome": None})).json()
    assert [entry["contact_id"] for entry in changed["participants"]] == people[1:]
    assert changed["participants"][0] == entries[1]
    assert (changed["outcome"], changed["summary"], changed["version"]) == (None, told["summary"], 2)

    await owner.create("/interactions", kind="call", summary="x", **about)
    for asked in (
        {"kind": "meeting"},
        {"customer_id": customer["id"], "happened_at[lt]": "2026-04-01T00:00:00Z"},
    ):
        listed = (await http.get("/interactions", params=asked)).json()["data"]
        assert [row["id"] for row in listed] == [made["id"]], asked
    assert (await http.get("/interactions")).json()["data"][1]["id"] == made["id"]  # the latest first
    for q in ("预算", "zephyr"):
        found = (await http.get("/search", params={"q": q, "types": "interactions"})).json()["data"]
        assert [hit["id"] for hit in found] == [made["id"]], q
    assert (await http.delete(path)).status_code == 204
    assert (await http.get(path)).status_code == 404
    types = [event["type"] for event in await company.rows("events", record_id=made["id"])]
    assert sorted(types) == ["interaction.created", "interaction.deleted", "interaction.updated"]


async def test_without_a_time_it_happened_now_and_a_clock_may_be_a_little_fast(company: Company) -> None:
    customer = await company.owner.create("/customers", name="Acme")
    about = {"subject_type": "customers", "subject_id": customer["id"]}
    before = clock.now()
    made = await company.owner.create("/interactions", kind="im", summary="x", **about)
    assert before.isoformat() <= made["happened_at"].replace("Z", "+00:00") <= clock.now().isoformat()
    fast = (clock.now() + timedelta(minutes=4)).isoformat()
    await company.owner.create("/interactions", kind="im", summary="x", happened_at=fast, **about)


async def test_refuses(company: Company) -> None:
    owner = company.owner
    customer = await owner.create("/customers", name="Acme")
    contact = (await owner.create("/contacts", name="李娜"))["id"]
    whole = {"kind": "call", "summary": "x", "subject_type": "customers", "subject_id": customer["id"]}
    soon = (clock.now() + timedelta(minutes=6)).isoformat()
    twice = [{"contact_id": contact}, {"contact_id": contact}]
    made = await owner.create("/interactions", **whole)
    before = await company.digest(*TABLES)
    cases: tuple[tuple[dict[str, Any], str, str], ...] = (
        ({"kind": "fax"}, "/kind", "not_a_choice"),
        ({"summary": ""}, "/summary", "too_short"),
        ({"happened_at": soon}, "/happened_at", "in_the_future"),
        ({"happened_at": "2026-03-01"}, "/happened_at", "invalid_instant"),
        ({"happened_at": None}, "/happened_at", "invalid_instant"),
        ({"duration_seconds": -1}, "/duration_seconds", "out_of_range"),
        ({"participants": twice}, "/participants/1/contact_id", "named_twice"),
        ({"participants": [{"contact_id": UNKNOWN}]}, "/participants/0/contact_id", "reference_not_found"),
        (
            {"participants": [{"contact_id": customer["id"]}]},
            "/participants/0/contact_id",
            "reference_not_found",
        ),
        ({"customer_id": customer["id"]}, "/customer_id", "unknown_field"),
        ({"subject_type": "users"}, "/subject_type", "not_a_choice"),
        ({"subject_id": UNKNOWN}, "/subject_id", "reference_not_found"),
    )
    for body, pointer, code in cases:
        asked = [await owner.http.post("/interactions", json={**whole, **body})]
        asked.append(await owner.http.patch(f"/interactions/{made['id']}", json=body))
        for answer in asked:
            assert answer.status_code == 422, (body, answer.text)
            faults = [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
            assert faults == [(pointer, code)]
    assert await company.digest(*TABLES) == before


async def test_a_new_lead_that_somebody_talked_to_is_contacted(company: Company) -> None:
    owner = company.owner
    lead = await owner.create("/leads", name="李娜")
    about = {"subject_type": "leads", "subject_id": lead["id"]}
    happened_at = "2026-03-01T09:00:00Z"
    await owner.create("/interactions", kind="call", summary="x", happened_at=happened_at, **about)
    shown = (await owner.http.get(f"/leads/{lead['id']}")).json()
    assert (shown["status"], shown["contacted_at"], shown["version"]) == ("contacted", happened_at, 2)
    await owner.create("/interactions", kind="call", summary="y", happened_at=happened_at, **about)
    await owner.http.post(f"/leads/{lead['id']}/qualify")
    await owner.create("/interactions", kind="call", summary="z", **about)
    shown = (await owner.http.get(f"/leads/{lead['id']}")).json()
    assert (shown["status"], shown["version"]) == ("qualified", 3)
    types = [event["type"] for event in await company.rows("events", record_id=lead["id"])]
    assert sorted(types) == ["lead.contacted", "lead.created", "lead.qualified"]


async def test_a_batch_and_the_key_of_another_system(company: Company) -> None:
    owner = company.owner
    customer = await owner.create("/customers", name="Acme")
    about = {"subject_type": "customers", "subject_id": customer["id"]}
    days = [f"2026-03-{day:02}T00:00:00Z" for day in (3, 1, 2)]
    bodies = [{"kind": "mail", "summary": day, "happened_at": day, **about} for day in days]
    operations = [{"op": "create", "data": body} for body in bodies]
    answer = await owner.http.post("/interactions/batch", json={"mode": "atomic", "operations": operations})
    assert answer.json()["counts"]["created"] == 3
    for status in (201, 200):
        answer = await owner.http.put("/interactions/by-external/pbx/42", json=bodies[1])
        assert answer.status_code == status, answer.text
    shown = (await owner.http.get(f"/customers/{customer['id']}")).json()
    assert shown["last_contact_at"] == days[0]
