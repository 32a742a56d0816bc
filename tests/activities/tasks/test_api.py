"""Tasks from the first plan to what came of it."""

import asyncio
from typing import Any

from tests.factories.companies import Company

DUE = "2027-01-31T01:00:00Z"
TOLD = {"interaction": {"kind": "visit", "summary": "看了样品", "next_contact_at": "2027-03-01T00:00:00Z"}}


async def test_a_task_is_written_read_changed_deleted_and_restored(company: Company) -> None:
    owner = company.owner
    customer = await owner.create("/customers", name="Acme")
    about = {"subject_type": "customers", "subject_id": customer["id"]}
    steps = [{"title": "打电话"}, {"title": "发报价", "done": True}]
    made = await owner.create("/tasks", title="回访智达", due_at=DUE, checklist=steps, **about)
    assert (made["status"], made["priority"], made["owner_id"]) == ("open", "normal", owner.id)
    assert (made["customer_id"], made["recurrence"], made["recurrence_interval"]) == (customer["id"], None, 1)
    assert [(item["title"], item["done"]) for item in made["checklist"]] == [
        ("打电话", False),
        ("发报价", True),
    ]
    first = made["checklist"][0]
    kept = [{"id": first["id"], "title": "打电话", "done": True}]
    path = f"/tasks/{made['id']}"
    changed = (await owner.http.patch(path, json={"checklist": kept, "priority": "urgent"})).json()
    assert (changed["checklist"], changed["priority"], changed["version"]) == (kept, "urgent", 2)
    assert (await owner.http.get(path)).json() == changed
    found = (await owner.http.get("/search", params={"q": "智达", "types": "tasks"})).json()["data"]
    assert [hit["id"] for hit in found] == [made["id"]]
    assert (await owner.http.delete(path)).status_code == 204
    assert (await owner.http.get(path)).status_code == 404
    assert (await owner.http.post(f"{path}/restore")).json()["version"] == 4


async def test_what_is_overdue_is_a_filter_and_tasks_are_sorted_by_when_they_are_due(
    company: Company,
) -> None:
    owner = company.owner
    dues = {"late": "2026-01-01T00:00:00Z", "later": DUE, "never": None, "done": "2026-01-01T00:00:00Z"}
    ids = {
        (await owner.create("/tasks", title=title, due_at=due))["id"]: title for title, due in dues.items()
    }
    done = next(key for key, title in ids.items() if title == "done")
    await owner.http.post(f"/tasks/{done}/complete")
    overdue = (await owner.http.get("/tasks?due_at[lt]=now&status=open")).json()["data"]
    assert [task["title"] for task in overdue] == ["late"]
    listed: list[str] = []
    cursor = ""
    while True:
        page = (await owner.http.get(f"/tasks?sort=due_at&status=open&limit=1{cursor}")).json()
        listed += [task["title"] for task in page["data"]]
        if not page["page"]["has_more"]:
            break
        cursor = f"&cursor={page['page']['next_cursor']}"
    assert listed == ["late", "later", "never"]


async def test_refuses(company: Company) -> None:
    owner = company.owner
    unknown = "01930b2e-6f00-7000-8000-000000000001"
    before = await company.digest("tasks", "task_checklist_items", "events")
    for body, pointer, code in (
        ({"title": ""}, "/title", "too_short"),
        ({"recurrence": "daily"}, "/due_at", "required"),
        ({"recurrence": "yearly"}, "/recurrence", "not_a_choice"),
        ({"recurrence_interval": 0}, "/recurrence_interval", "out_of_range"),
        ({"subject_type": "customers"}, "/subject_id", "required"),
        ({"subject_id": unknown}, "/subject_type", "required"),
        ({"subject_type": "users", "subject_id": owner.id}, "/subject_type", "not_a_choice"),
        ({"subject_type": "customers", "subject_id": unknown}, "/subject_id", "reference_not_found"),
        ({"status": "done"}, "/status", "unknown_field"),
        ({"reminded_at": DUE}, "/reminded_at", "unknown_field"),
        ({"checklist": [{"done": True}]}, "/checklist/0/title", "required"),
    ):
        answer = await owner.http.post("/tasks", json={"title": "x", **body})
        assert answer.status_code == 422, (body, answer.text)
        assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert await company.digest("tasks", "task_checklist_items", "events") == before
    task = await owner.create("/tasks", title="x", due_at=DUE, recurrence="daily")
    answer = await owner.http.patch(f"/tasks/{task['id']}", json={"due_at": None})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/due_at")


async def test_what_is_done_yields_an_interaction_and_the_next_task(company: Company) -> None:
    owner = company.owner
    manager = await company.user("account_manager")
    await owner.http.patch(f"/users/{manager.id}", json={"time_zone": "America/New_York"})
    customer = await manager.create("/customers", name="Acme")
    contact = await manager.create("/contacts", name="李娜", customer_id=customer["id"])
    body = {
        "title": "回访",
        "due_at": "2027-03-05T14:00:00Z",  # 09:00 in New York, whose clocks change on the 14th
        "remind_at": "2027-03-05T13:00:00Z",
        "recurrence": "weekly",
        "recurrence_interval": 2,
        "checklist": [{"title": "打电话", "done": True}],
        "subject_type": "customers",
        "subject_id": customer["id"],
    }
    task = await manager.create("/tasks", **body)
    told = {"interaction": {**TOLD["interaction"], "participants": [{"contact_id": contact["id"]}]}}
    answer = await manager.http.post(f"/tasks/{task['id']}/complete", json=told)
    assert answer.status_code == 200, answer.text
    done = answer.json()
    said = (await manager.http.get(f"/interactions/{done['interaction_id']}")).json()
    assert (said["subject_id"], said["kind"], said["customer_id"]) == (
        customer["id"],
        "visit",
        customer["id"],
    )
    assert [entry["contact_id"] for entry in said["participants"]] == [contact["id"]]
    following = (await manager.http.get(f"/tasks/{done['next_id']}")).json()
    assert (following["due_at"], following["remind_at"]) == ("2027-03-19T13:00:00Z", "2027-03-19T12:00:00Z")
    assert (following["status"], following["owner_id"]) == ("open", manager.id)
    assert [(item["title"], item["done"]) for item in following["checklist"]] == [("打电话", False)]
    shown = (await manager.http.get(f"/customers/{customer['id']}")).json()
    assert shown["last_contact_at"] == said["happened_at"]
    assert shown["next_contact_at"] == "2027-03-01T00:00:00Z"
    assert shown["version"] == 3  # once for the plan, once for all of this

    # done again, it is followed by no second one
    assert (await manager.http.post(f"/tasks/{task['id']}/reopen")).json()["next_id"] == following["id"]
    again = (await manager.http.post(f"/tasks/{task['id']}/complete")).json()
    assert (again["next_id"], again["interaction_id"]) == (following["id"], said["id"])
    assert len(await company.rows("tasks")) == 2


async def test_of_many_who_complete_it_one_does(company: Company) -> None:
    owner = company.owner
    customer = await owner.create("/customers", name="Acme")
    about = {"subject_type": "customers", "subject_id": customer["id"]}
    task = await owner.create("/tasks", title="x", due_at=DUE, recurrence="monthly", **about)
    path = f"/tasks/{task['id']}/complete"
    answers = await asyncio.gather(*(owner.http.post(path, json=TOLD) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 5]
    assert len(await company.rows("interactions")) == 1
    assert len(await company.rows("tasks")) == 2
    assert len(await company.rows("events", type="task.completed")) == 1


async def test_what_cannot_be_told_completes_nothing(company: Company) -> None:
    owner = company.owner
    customer = await owner.create("/customers", name="Acme")
    alone = await owner.create("/tasks", title="x", due_at=DUE, recurrence="daily")
    about = {"subject_type": "customers", "subject_id": customer["id"]}
    task = await owner.create("/tasks", title="x", due_at=DUE, recurrence="daily", **about)
    tables = ("tasks", "interactions", "customers", "events")
    before = await company.digest(*tables)
    unknown = {"participants": [{"contact_id": customer["id"]}]}
    cases: tuple[tuple[str, dict[str, Any], str], ...] = (
        (alone["id"], {}, "/interaction"),
        (task["id"], {"happened_at": "2199-01-01T00:00:00Z"}, "/happened_at"),
        (task["id"], unknown, "/participants/0/contact_id"),
        (task["id"], {"subject_id": customer["id"]}, "/interaction/subject_id"),
    )
    for task_id, more, pointer in cases:
        told = {"interaction": {**TOLD["interaction"], **more}}
        answer = await owner.http.post(f"/tasks/{task_id}/complete", json=told)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] in (pointer, f"/interaction{pointer}"), answer.text
    assert await company.digest(*tables) == before
